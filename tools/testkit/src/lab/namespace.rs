//! One network namespace, held by a file handle.

use std::fs::{self, File};
use std::os::fd::{AsFd, AsRawFd};
use std::thread;

use anyhow::{Context, anyhow};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};

/// Gone when nothing holds it any more: no handle, no process, no socket.
#[derive(Debug)]
pub(super) struct Namespace {
    handle: File,
}

impl Namespace {
    /// Makes a namespace that holds nothing but its loopback device, which is up.
    pub(super) fn new() -> anyhow::Result<Self> {
        let made = thread::spawn(|| {
            unshare(CloneFlags::CLONE_NEWNET).context("a new network namespace")?;
            // Addresses of a lab are unique by construction; waiting for the proof would cost every test a second.
            fs::write("/proc/sys/net/ipv6/conf/default/accept_dad", "0").context("IPv6 settings of a new namespace")?;
            let handle = File::open("/proc/thread-self/ns/net")?;
            anyhow::Ok(Self { handle })
        });
        let namespace = made.join().map_err(|_| anyhow!("the thread that makes a namespace panicked"))??;
        super::ip::run(&namespace, &["link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    /// A path by which other programs can name it while this process lives.
    pub(super) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.handle.as_fd().as_raw_fd())
    }

    /// Runs `work` on a thread inside; sockets, threads and programs that it makes stay inside. `/sys` shows the devices of inside.
    /// A panic of `work` goes on in the caller.
    pub(super) fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let name = thread::current().name().unwrap_or("lab").to_owned();
        thread::scope(|scope| {
            let inside = thread::Builder::new().name(name).spawn_scoped(scope, || {
                self.join().expect("whoever made a namespace may enter it");
                work()
            });
            match inside.expect("the machine has room for a thread").join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Moves the calling thread inside, for good.
    fn join(&self) -> anyhow::Result<()> {
        setns(&self.handle, CloneFlags::CLONE_NEWNET)?;
        // `/sys/class/net` belongs to the namespace in which it was mounted, so a thread inside gets a view of its own.
        unshare(CloneFlags::CLONE_NEWNS)?;
        mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)?;
        mount(Some("sysfs"), "/sys", Some("sysfs"), MsFlags::empty(), None::<&str>)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;
    use crate::lab::Lab;

    #[test]
    fn lab_threads_inside_see_nothing_of_outside() -> anyhow::Result<()> {
        let Some(_lab) = Lab::open()? else { return Ok(()) };
        let namespace = Namespace::new()?;
        let devices = || {
            let list = fs::read_dir("/sys/class/net").unwrap();
            let mut names: Vec<_> = list.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        let outside = devices();
        assert_eq!(namespace.enter(devices), ["lo"]);
        assert_eq!(devices(), outside, "entering must not change what everybody else sees");
        let one = namespace.enter(|| UdpSocket::bind("127.0.0.1:9"))?;
        let other = Namespace::new()?.enter(|| UdpSocket::bind("127.0.0.1:9"))?;
        assert_eq!(one.local_addr()?, other.local_addr()?);
        Ok(())
    }
}
