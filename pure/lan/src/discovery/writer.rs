//! Writes messages as bytes: templates with escaped values.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use uuid::Uuid;

use super::message::{Body, Message, Probe, Sequence, Target};
use super::version::{QName, SIGNBOARD, SOAP, Version};

/// Writes a message.
///
/// The prefixes are fixed (`s`, `a`, `d`, `wsdp`, `sb`), since Debian's wsdd compares the text `wsdp:Device` instead of the name.
#[must_use]
pub fn write(message: &Message) -> Vec<u8> {
    let version = message.version;
    let kind = kind(&message.body);
    let action = if message.body == Body::Fault { version.fault().to_owned() } else { format!("{}/{kind}", version.discovery()) };
    let mut out = open(version, &action, &message.id, message.relates_to.as_deref(), message.to.as_deref());
    if let Some(Sequence { instance, sequence, number }) = &message.sequence {
        add(&mut out, format_args!("<d:AppSequence InstanceId=\"{instance}\""));
        if let Some(sequence) = sequence {
            add(&mut out, format_args!(" SequenceId=\"{}\"", quoted(sequence)));
        }
        add(&mut out, format_args!(" MessageNumber=\"{number}\"/>"));
    }
    out.push_str("</s:Header><s:Body>");
    if message.body == Body::Fault {
        // Which rule was not known is not repeated: the asker knows what it asked.
        out.push_str("<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>d:MatchingRuleNotSupported</s:Value></s:Subcode></s:Code>");
        out.push_str("<s:Reason><s:Text xml:lang=\"en\">the matching rule is not supported</s:Text></s:Reason></s:Fault>");
    } else {
        add(&mut out, format_args!("<d:{kind}>"));
        match &message.body {
            Body::Hello(target) => add_target(&mut out, version, target),
            Body::Bye(endpoint) | Body::Resolve(endpoint) => add_endpoint(&mut out, endpoint),
            Body::Probe(probe) => add_probe(&mut out, version, probe),
            Body::ProbeMatches(targets) => add_targets(&mut out, version, "ProbeMatch", targets),
            Body::ResolveMatches(targets) => add_targets(&mut out, version, "ResolveMatch", targets),
            Body::Fault => {}
        }
        add(&mut out, format_args!("</d:{kind}>"));
    }
    out.push_str("</s:Body></s:Envelope>");
    out.into_bytes()
}

/// The urn of an id, as message ids and endpoint addresses are written.
#[must_use]
pub fn urn(id: Uuid) -> String {
    id.urn().to_string()
}

/// Begins an envelope and leaves its header open.
pub(crate) fn open(version: Version, action: &str, id: &str, relates_to: Option<&str>, to: Option<&str>) -> String {
    let mut out = String::with_capacity(1_500);
    add(
        &mut out,
        format_args!(
            "<s:Envelope xmlns:s=\"{SOAP}\" xmlns:a=\"{}\" xmlns:d=\"{}\" xmlns:wsdp=\"{}\" xmlns:sb=\"{SIGNBOARD}\"><s:Header>",
            version.addressing(),
            version.discovery(),
            version.device_profile()
        ),
    );
    add(&mut out, format_args!("<a:Action>{}</a:Action><a:MessageID>{}</a:MessageID>", escape(action), escape(id)));
    if let Some(relates_to) = relates_to {
        add(&mut out, format_args!("<a:RelatesTo>{}</a:RelatesTo>", escape(relates_to)));
    }
    if let Some(to) = to {
        add(&mut out, format_args!("<a:To>{}</a:To>", escape(to)));
    }
    out
}

pub(crate) fn add_endpoint(out: &mut String, endpoint: &str) {
    add(out, format_args!("<a:EndpointReference><a:Address>{}</a:Address></a:EndpointReference>", escape(endpoint)));
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Hello(_) => "Hello",
        Body::Bye(_) => "Bye",
        Body::Probe(_) => "Probe",
        Body::ProbeMatches(_) => "ProbeMatches",
        Body::Resolve(_) => "Resolve",
        Body::ResolveMatches(_) => "ResolveMatches",
        Body::Fault => "Fault",
    }
}

fn add_targets(out: &mut String, version: Version, element: &str, targets: &[Target]) {
    for target in targets {
        add(out, format_args!("<d:{element}>"));
        add_target(out, version, target);
        add(out, format_args!("</d:{element}>"));
    }
}

fn add_target(out: &mut String, version: Version, target: &Target) {
    add_endpoint(out, &target.endpoint);
    add_types(out, version, &target.types);
    if !target.scopes.is_empty() {
        add(out, format_args!("<d:Scopes>{}</d:Scopes>", escape(target.scopes.join(" "))));
    }
    if !target.addresses.is_empty() {
        add(out, format_args!("<d:XAddrs>{}</d:XAddrs>", escape(target.addresses.join(" "))));
    }
    add(out, format_args!("<d:MetadataVersion>{}</d:MetadataVersion>", target.metadata_version));
}

fn add_probe(out: &mut String, version: Version, probe: &Probe) {
    add_types(out, version, &probe.types);
    if !probe.scopes.is_empty() || probe.match_by.is_some() {
        out.push_str("<d:Scopes");
        if let Some(rule) = &probe.match_by {
            add(out, format_args!(" MatchBy=\"{}\"", quoted(rule)));
        }
        add(out, format_args!(">{}</d:Scopes>", escape(probe.scopes.join(" "))));
    }
}

fn add_types(out: &mut String, version: Version, types: &[QName]) {
    if types.is_empty() {
        return;
    }
    let mut declared = String::new();
    let mut names = Vec::new();
    for (place, name) in types.iter().enumerate() {
        let prefix = match name.namespace.as_str() {
            namespace if namespace == version.device_profile() => "wsdp:".to_owned(),
            SIGNBOARD => "sb:".to_owned(),
            "" => String::new(),
            namespace => {
                add(&mut declared, format_args!(" xmlns:t{place}=\"{}\"", quoted(namespace)));
                format!("t{place}:")
            }
        };
        names.push(format!("{prefix}{}", escape(name.local.as_str())));
    }
    add(out, format_args!("<d:Types{declared}>{}</d:Types>", names.join(" ")));
}

/// Escaped for an attribute, where a reader turns bare line ends and tabs into spaces.
pub(crate) fn quoted(value: &str) -> String {
    escape(value).replace('\n', "&#10;").replace('\t', "&#9;")
}

pub(crate) fn add(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("writing into a string cannot fail");
}
