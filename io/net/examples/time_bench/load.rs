//! CPU time and losses of our server and of chrony's under the same questions.

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

/// Ticks of /proc/PID/stat per second, as on every Linux of today.
const TICKS: f64 = 100.0;

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

pub(crate) fn run(seconds: u64) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let ours = Running(Command::new(std::env::current_exe()?).args(["serve", &OURS.to_string()]).spawn()?);
    let theirs = Running(chrony(folder.path())?);
    for (name, port) in [("ours", OURS), ("chrony", THEIRS)] {
        wait_for(port).map_err(|()| anyhow::anyhow!("{name} does not answer at port {port}"))?;
    }
    for rate in RATES {
        for (name, port, process) in [("ours", OURS, &ours), ("chrony", THEIRS, &theirs)] {
            let before = cpu(process)?;
            let (sent, answered) = ask(port, rate, seconds)?;
            let share = (cpu(process)? - before) / seconds as f64 * 100.0;
            println!("{name}_{rate}_cpu {share:.2} percent");
            println!("{name}_{rate}_lost {} of {sent}", sent.saturating_sub(answered));
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

/// CPU seconds of a process: user and system (proc(5), fields 14 and 15 of stat).
fn cpu(process: &Running) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.0.id()))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / TICKS)
}
