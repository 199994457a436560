//! The command `signboard`.

use std::process::ExitCode;
use std::time::Duration;

use server::cli::{Exit, Failure, Program, ServeOptions, run};
use server::config::Config;
use server::listen::{self, LocalSocket, Routes};
use server::metrics::Metrics;
use server::tls;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    run(std::env::args_os(), Program { serve, openapi: || "{}\n".to_owned() })
}

fn serve(config: Config, _options: ServeOptions) -> Result<(), Failure> {
    listen::raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::of_files("the asynchronous runtime cannot start", &error))?;
    runtime.block_on(async {
        let bound = listen::bind(&config)?;
        std::fs::create_dir_all(&config.data.dir)
            .map_err(|error| Failure::of_files(&format!("{} cannot be made", config.data.dir.display()), &error))?;
        let socket = LocalSocket::bind(&config.data.dir)?;
        let stop = CancellationToken::new();
        let tls = tls::start(&config, stop.clone()).await?;
        let metrics = Metrics::install().map_err(|error| Failure::new(Exit::Software, error.to_string()))?;
        let local = tokio::spawn(socket.serve(metrics.routes(), stop.clone()));
        let running = bound.serve(Routes { app: metrics.routes(), open: tls.open }, tls.server);
        for endpoint in running.endpoints() {
            tracing::info!(addr = %endpoint.addr, tls = endpoint.tls, "listening");
        }
        let mut terminate =
            signal(SignalKind::terminate()).map_err(|error| Failure::of_files("the signal to stop cannot be awaited", &error))?;
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
        running.stop(Duration::from_secs(10)).await;
        let _ = local.await;
        Ok(())
    })
}
