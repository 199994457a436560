//! `signboard-viewer run`.

use std::path::Path;

use super::{Exit, Failure, Place};
use crate::agent::Ending;
use crate::app::{self, StartError};

/// Drives the screen until it is told to stop.
pub(super) fn run(place: &Place) -> Result<(), Failure> {
    let data = place.data();
    prepare(&data)?;
    let (config, refused) = settings(place, &data)?;
    let lines = crate::log::start(&config.log.level);
    if let Some(refused) = refused {
        tracing::error!("{refused}");
    }
    let runtime = super::runtime()?;
    let ended = runtime.block_on(app::run(config, &data, lines));
    // A name system that is silent may hold a question for much longer than anybody wants to wait.
    runtime.shutdown_background();
    match ended {
        Ok(Ending::Stop) => Ok(()),
        Ok(Ending::Restart) => Err(again()),
        Err(StartError::Held) => Err(Failure::new(
            Exit::TemporaryFailure,
            format!("{} is in use by another viewer; stop that one, or name another folder with --data.", data.display()),
        )),
        Err(error) => Err(Failure::new(Exit::Unavailable, error.to_string())),
    }
}

/// The settings. Where only the viewer's own file is wrong, as after a slip at a distance, the viewer runs without it.
fn settings(place: &Place, data: &Path) -> Result<(crate::config::Config, Option<String>), Failure> {
    place.load(data).map(|config| (config, None)).or_else(|failure| {
        let others = place.load(Path::new("/nonexistent")).map_err(|_| failure.clone())?;
        Ok((others, Some(failure.sentence)))
    })
}

/// The folder must be there; that nothing can be written into it is told on the screen, and what it holds is played.
fn prepare(data: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.map_err(|error| {
        let text = format!(
            "{} cannot be created ({error}); give the viewer's user the right, or name another folder with --data.",
            data.display()
        );
        Failure::new(Exit::CannotCreate, text)
    })
}

/// Starts this program again in place of itself; returns only if that fails.
fn again() -> Failure {
    use std::os::unix::process::CommandExt as _;
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    let program = std::env::current_exe().unwrap_or_else(|_| name.into());
    let error = std::process::Command::new(program).args(arguments).exec();
    Failure::new(Exit::TemporaryFailure, format!("the program cannot start itself again ({error}); the service manager does it."))
}
