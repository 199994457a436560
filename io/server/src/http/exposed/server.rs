//! Servers of the installation.

use domain::permission::Action;
use domain::server::Server;

use super::Exposed;

impl Exposed for Server {
    const PATH: &'static str = "servers";
    const ONE: &'static str = "a server of the installation";
    const CHANGE: Action = Action::Administer;
    const CREATE: bool = false;
    const DELETE: bool = false;
}
