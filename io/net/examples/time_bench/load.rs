//! CPU time and losses of our server, of chrony's and of others under the same questions.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lan::ntp::{Limit, Packet};
use net::time::{Listen, Mode, Settings, TimeService};

/// 20,000 viewers that ask once in 64 s, and a flood.
const RATES: [u64; 2] = [312, 10_000];

const OURS: u16 = 12_301;
const THEIRS: u16 = 12_302;

/// How often each rate is tried; the middle one of the shares counts.
const ROUNDS: usize = 3;

/// A server that is measured.
struct Server {
    name: String,
    port: u16,
    process: u32,
}

impl Server {
    /// From `NAME:PORT:PROCESS`.
    fn named(word: &str) -> anyhow::Result<Self> {
        let [name, port, process] = word.split(':').collect::<Vec<_>>()[..] else {
            anyhow::bail!("give NAME:PORT:PROCESS instead of {word:?}");
        };
        Ok(Self { name: name.to_owned(), port: port.parse()?, process: process.parse()? })
    }
}

pub(crate) fn serve(port: u16) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // The limiter works, but lets the one source of this bench pass.
        let limit = Some(Limit { burst: 60_000, per_second: 60_000.0 });
        let listen = Some(Listen { addresses: vec![SocketAddr::from(([127, 0, 0, 1], port))], limit });
        let service = TimeService::start(Settings { mode: Mode::Own, listen, ..Settings::default() });
        if let Some(Err(error)) = service.server() {
            anyhow::bail!("{error}");
        }
        std::future::pending().await
    })
}

pub(crate) fn run(seconds: u64, others: &[String]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let ours = Running(Command::new(std::env::current_exe()?).args(["serve", &OURS.to_string()]).spawn()?);
    let theirs = Running(chrony(folder.path())?);
    let mut servers = vec![
        Server { name: "ours".to_owned(), port: OURS, process: ours.0.id() },
        Server { name: "chrony".to_owned(), port: THEIRS, process: theirs.0.id() },
    ];
    for other in others {
        servers.push(Server::named(other)?);
    }
    for Server { name, port, .. } in &servers {
        wait_for(*port).map_err(|()| anyhow::anyhow!("{name} does not answer at port {port}"))?;
    }
    let before = servers.iter().map(cpu).collect::<Result<Vec<_>, _>>()?;
    thread::sleep(Duration::from_secs(seconds));
    for (server, before) in servers.iter().zip(before) {
        println!("{}_idle_cpu {:.3} percent", server.name, (cpu(server)? - before) / seconds as f64 * 100.0);
    }
    for rate in RATES {
        let mut shares = vec![Vec::new(); servers.len()];
        let mut lost = vec![0; servers.len()];
        // In turns, so that all have the same neighbours on the machine.
        for _ in 0..ROUNDS {
            for (place, server) in servers.iter().enumerate() {
                let before = cpu(server)?;
                let (sent, answered) = ask(server.port, rate, seconds)?;
                shares[place].push((cpu(server)? - before) / seconds as f64 * 100.0);
                lost[place] += sent.saturating_sub(answered);
            }
        }
        let sent = rate * seconds * ROUNDS as u64;
        for ((server, mut shares), lost) in servers.iter().zip(shares).zip(lost) {
            shares.sort_by(f64::total_cmp);
            println!("{}_{rate}_cpu {:.2} percent of {shares:.2?}", server.name, shares[ROUNDS / 2]);
            println!("{}_{rate}_lost {lost} of {sent}", server.name);
        }
    }
    Ok(())
}

/// A child that ends with this program.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

fn chrony(folder: &Path) -> anyhow::Result<Child> {
    let configuration = folder.join("chrony.conf");
    let text = format!(
        "local stratum 10\nport {THEIRS}\nallow\ncmdport 0\nbindcmdaddress /\nbindaddress 127.0.0.1\npidfile {}\n",
        folder.join("pid").display()
    );
    fs::write(&configuration, text)?;
    // Without -x chronyd would set this machine's clock.
    let child = Command::new("chronyd")
        .args(["-d", "-x", "-u", "root", "-f"])
        .arg(&configuration)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(child)
}

fn wait_for(port: u16) -> Result<(), ()> {
    let socket = UdpSocket::bind("127.0.0.1:0").map_err(|_| ())?;
    socket.set_read_timeout(Some(Duration::from_millis(100))).map_err(|_| ())?;
    for nonce in 1..100 {
        let _refused = socket.send_to(&Packet::question(nonce).bytes(), ("127.0.0.1", port));
        if socket.recv_from(&mut [0; 128]).is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(())
}

/// Asks at a rate for some seconds. Questions sent and answers heard.
fn ask(port: u16, rate: u64, seconds: u64) -> anyhow::Result<(u64, u64)> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket2::SockRef::from(&socket).set_recv_buffer_size(1 << 22)?;
    socket.connect(("127.0.0.1", port))?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    let (answered, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let listener = {
        let (socket, answered, is_over) = (socket.try_clone()?, Arc::clone(&answered), Arc::clone(&is_over));
        thread::spawn(move || {
            let mut room = [0; 128];
            loop {
                match socket.recv(&mut room) {
                    Ok(48) => {
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(_) if is_over.load(Ordering::Relaxed) => return,
                    _ => {}
                }
            }
        })
    };
    let start = Instant::now();
    let total = rate * seconds;
    for number in 0..total {
        let due = Duration::from_nanos(number * 1_000_000_000 / rate);
        if let Some(early) = due.checked_sub(start.elapsed()) {
            thread::sleep(early);
        }
        socket.send(&Packet::question(number + 1).bytes())?;
    }
    thread::sleep(Duration::from_millis(300));
    is_over.store(true, Ordering::Relaxed);
    listener.join().map_err(|_| anyhow::anyhow!("the listener failed"))?;
    Ok((total, answered.load(Ordering::Relaxed)))
}

/// CPU seconds of all threads of a process, as the scheduler counts them: to the nanosecond, where /proc/PID/stat has ticks of 10 ms.
fn cpu(server: &Server) -> anyhow::Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir(format!("/proc/{}/task", server.process))? {
        // A thread may end meanwhile.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        nanoseconds += text.split_whitespace().next().unwrap_or_default().parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}
