//! A PostgreSQL 15 server of its own: in a private folder, reached by a socket there, gone when dropped.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

/// Where Debian puts the programs.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";
/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    server: Child,
    folder: TempDir,
}

impl Postgres {
    /// Starts a server with an empty database. Gives none, and names the running test as skipped, if PostgreSQL 15 is not installed.
    ///
    /// # Errors
    /// If it is installed and does not start; as [`crate::skip`] if it is not installed.
    pub fn start() -> anyhow::Result<Option<Self>> {
        if !Path::new(PROGRAMS).join("initdb").exists() {
            crate::skip("PostgreSQL 15 is missing: apt-get install postgresql-15")?;
            return Ok(None);
        }
        let folder = TempDir::with_prefix("signboard-pg-")?;
        let data = folder.path().join("data");
        let owner = unprivileged(folder.path())?;
        let program = |name: &str| {
            let mut command = Command::new(Path::new(PROGRAMS).join(name));
            command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
            if let Some((user, group)) = owner {
                chown(folder.path(), Some(user), Some(group))?;
                command.uid(user).gid(group);
            }
            anyhow::Ok(command)
        };
        let made = program("initdb")?
            .args(["--auth=trust", "--username=signboard", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .stderr(Stdio::null())
            .status()
            .context("initdb")?;
        ensure!(made.success(), "initdb failed: {made}");
        let log = std::fs::File::create(folder.path().join("log"))?;
        let server = program("postgres")?
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40", "-D"])
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .stderr(log)
            .spawn()
            .context("postgres")?;
        let mut postgres = Self { server, folder };
        postgres.wait_until_ready()?;
        Ok(Some(postgres))
    }

    /// The address of an existing database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://signboard@localhost/{database}?host={}", self.folder.path().display())
    }

    /// Makes an empty database and returns its address.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn create(&self, database: &str) -> anyhow::Result<String> {
        let made = self.client("createdb").arg(database).status()?;
        ensure!(made.success(), "createdb {database} failed: {made}");
        Ok(self.url(database))
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(Path::new(PROGRAMS).join(program));
        command.arg("-h").arg(self.folder.path()).args(["-U", "signboard"]).stdout(Stdio::null());
        command
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        while !self.client("pg_isready").status()?.success() {
            if let Some(status) = self.server.try_wait()? {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                bail!("postgres ended: {status}\n{log}");
            }
            ensure!(Instant::now() < end, "postgres did not start within {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The interrupt makes it leave at once and clean up; killing is for the case that it does not listen.
        let asked = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// PostgreSQL does not run as root: user and group to run it as instead; none for anybody else.
fn unprivileged(folder: &Path) -> anyhow::Result<Option<(u32, u32)>> {
    if folder.metadata()?.uid() != 0 {
        return Ok(None);
    }
    let number = |option: &str| {
        let output = Command::new("id").args([option, "postgres"]).output().context("id")?;
        ensure!(output.status.success(), "there is no user postgres");
        Ok(String::from_utf8(output.stdout)?.trim().parse::<u32>()?)
    };
    Ok(Some((number("-u")?, number("-g")?)))
}
