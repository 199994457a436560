//! Targets inside the server.

mod conditions;
mod configuration;
mod cookie;
mod enrolment;
mod file;
mod headers;
mod jpeg;
mod list_query;
mod picture;
mod sniff;
mod upload;

use crate::Target;

/// The targets, by name.
pub const TARGETS: &[Target] = &[
    Target { name: "conditions", run: conditions::run, tries: 4000 },
    Target { name: "configuration", run: configuration::run, tries: 1500 },
    Target { name: "cookie", run: cookie::run, tries: 3000 },
    Target { name: "enrolment", run: enrolment::run, tries: 3000 },
    Target { name: "jpeg", run: jpeg::run, tries: 3000 },
    Target { name: "list_query", run: list_query::run, tries: 3000 },
    Target { name: "picture", run: picture::run, tries: 600 },
    Target { name: "sniff", run: sniff::run, tries: 1500 },
    Target { name: "upload", run: upload::run, tries: 4000 },
];
