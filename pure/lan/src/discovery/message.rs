//! A WS-Discovery message as values, read from its bytes.

use std::str::FromStr;

use super::element::{self, Element};
use super::refusal::Refusal;
use super::scope::Rule;
use super::version::{QName, SOAP, Version};

const MAX_ID: usize = 256;
const MAX_SCOPES: usize = 16;
const MAX_MATCHES: usize = 32;

/// A message of either version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The version that its namespaces belong to.
    pub version: Version,
    /// `a:MessageID`: 1 to 256 bytes.
    pub id: String,
    /// `a:RelatesTo`: the id of the question, in an answer.
    pub relates_to: Option<String>,
    /// `a:To`; WS-Addressing 2005/08 lets it be absent, which means anonymous.
    pub to: Option<String>,
    /// `d:AppSequence`, if there is one.
    pub sequence: Option<Sequence>,
    /// What it says.
    pub body: Body,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A target is there (section 4.1).
    Hello(Target),
    /// The target of this endpoint address leaves (section 4.2).
    Bye(String),
    /// Who is there? (section 5.2)
    Probe(Probe),
    /// These targets are there (section 5.3).
    ProbeMatches(Vec<Target>),
    /// Where is the target of this endpoint address? (section 6.2)
    Resolve(String),
    /// There (section 6.3).
    ResolveMatches(Vec<Target>),
    /// A fault (SOAP 1.2 section 5.4); nothing of it matters to a client.
    Fault,
}

/// A question for targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    /// Types that a target must all have.
    pub types: Vec<QName>,
    /// Scopes that must all match.
    pub scopes: Vec<String>,
    /// `MatchBy` as it was written; absent means [`Rule::Uri`].
    pub match_by: Option<String>,
}

impl Probe {
    /// The rule to compare scopes with; `None` if it is not known here.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        self.match_by.as_deref().map_or(Some(Rule::Uri), Rule::named)
    }
}

/// What a target says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The address of its endpoint reference: `urn:uuid:...`, the same at every start.
    pub endpoint: String,
    /// What it is.
    pub types: Vec<QName>,
    /// Its scopes, URIs.
    pub scopes: Vec<String>,
    /// Where its metadata is to be had, URLs.
    pub addresses: Vec<String>,
    /// Rises when anything of this changes.
    pub metadata_version: u32,
}

/// `d:AppSequence` (WS-Discovery 1.1 section 7): lets a reader put messages of one sender into order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence {
    /// Rises at each start of the sender.
    pub instance: u32,
    /// A sequence within the instance, if the sender has several.
    pub sequence: Option<String>,
    /// Rises with each message of the sequence.
    pub number: u32,
}

/// Reads a message of either version.
///
/// # Errors
/// Any reason of [`Refusal`] that lies in the message itself: too long, malformed, forbidden, too complex, wrong envelope, wrong body.
pub fn read(bytes: &[u8]) -> Result<Message, Refusal> {
    let root = element::read(bytes)?;
    let Headers { version, action, id, relates_to, to, header, body } = headers(&root)?;
    let sequence = header.child(version.discovery(), "AppSequence").map(sequence).transpose()?;
    let body = if action == version.fault() {
        Body::Fault
    } else {
        let kind = action.strip_prefix(version.discovery()).and_then(|rest| rest.strip_prefix('/'));
        let kind = kind.ok_or(Refusal::NotForUs)?;
        let content = body.child(version.discovery(), kind).ok_or(Refusal::WrongBody)?;
        match kind {
            "Hello" => Body::Hello(target(version, content)?),
            "Bye" => Body::Bye(endpoint(version, content)?),
            "Probe" => Body::Probe(probe(version, content)?),
            "ProbeMatches" => Body::ProbeMatches(targets(version, content, "ProbeMatch")?),
            "Resolve" => Body::Resolve(endpoint(version, content)?),
            "ResolveMatches" => Body::ResolveMatches(targets(version, content, "ResolveMatch")?),
            _ => return Err(Refusal::NotForUs),
        }
    };
    Ok(Message { version, id, relates_to, to, sequence, body })
}

/// The headers that every message has, and its two halves.
pub(crate) struct Headers<'a> {
    pub(crate) version: Version,
    pub(crate) action: &'a str,
    pub(crate) id: String,
    pub(crate) relates_to: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) header: &'a Element,
    pub(crate) body: &'a Element,
}

pub(crate) fn headers(root: &Element) -> Result<Headers<'_>, Refusal> {
    if !root.is(SOAP, "Envelope") {
        return Err(Refusal::WrongEnvelope);
    }
    let header = root.child(SOAP, "Header").ok_or(Refusal::WrongEnvelope)?;
    let body = root.child(SOAP, "Body").ok_or(Refusal::WrongEnvelope)?;
    // Other namespaces may have an `Action` of their own.
    let actions = header.children.iter().filter(|child| child.name.local == "Action");
    let (action, version) = actions
        .filter_map(|child| Some((child, Version::of_addressing(&child.name.namespace)?)))
        .next()
        .ok_or(Refusal::WrongEnvelope)?;
    let text = |local: &str| header.child(version.addressing(), local).map(|child| child.trimmed().to_owned());
    let id = text("MessageID").filter(|id| (1..=MAX_ID).contains(&id.len())).ok_or(Refusal::WrongEnvelope)?;
    Ok(Headers { version, action: action.trimmed(), id, relates_to: text("RelatesTo"), to: text("To"), header, body })
}

fn sequence(element: &Element) -> Result<Sequence, Refusal> {
    Ok(Sequence {
        instance: number(element.attribute("InstanceId"))?,
        sequence: element.attribute("SequenceId").map(str::to_owned),
        number: number(element.attribute("MessageNumber"))?,
    })
}

fn number(text: Option<&str>) -> Result<u32, Refusal> {
    text.and_then(|text| u32::from_str(text.trim()).ok()).ok_or(Refusal::WrongEnvelope)
}

fn endpoint(version: Version, content: &Element) -> Result<String, Refusal> {
    let address = content
        .child(version.addressing(), "EndpointReference")
        .and_then(|reference| reference.child(version.addressing(), "Address"))
        .map(Element::trimmed);
    address.filter(|text| (1..=MAX_ID).contains(&text.len())).map(str::to_owned).ok_or(Refusal::WrongBody)
}

fn target(version: Version, content: &Element) -> Result<Target, Refusal> {
    let metadata_version = match content.child(version.discovery(), "MetadataVersion") {
        Some(element) => u32::from_str(element.trimmed()).map_err(|_| Refusal::WrongBody)?,
        None => 0,
    };
    Ok(Target {
        endpoint: endpoint(version, content)?,
        types: content.child(version.discovery(), "Types").map(|types| types.names.clone()).unwrap_or_default(),
        scopes: words(content.child(version.discovery(), "Scopes"))?,
        addresses: words(content.child(version.discovery(), "XAddrs"))?,
        metadata_version,
    })
}

fn targets(version: Version, content: &Element, local: &str) -> Result<Vec<Target>, Refusal> {
    let matches = content.children.iter().filter(|child| child.is(version.discovery(), local));
    matches.take(MAX_MATCHES).map(|child| target(version, child)).collect()
}

fn probe(version: Version, content: &Element) -> Result<Probe, Refusal> {
    let scopes = content.child(version.discovery(), "Scopes");
    Ok(Probe {
        types: content.child(version.discovery(), "Types").map(|types| types.names.clone()).unwrap_or_default(),
        scopes: words(scopes)?,
        match_by: scopes.and_then(|scopes| scopes.attribute("MatchBy")).map(str::to_owned),
    })
}

fn words(element: Option<&Element>) -> Result<Vec<String>, Refusal> {
    let words: Vec<String> = element
        .map(|element| element.text.split_ascii_whitespace().take(MAX_SCOPES + 1).map(str::to_owned).collect())
        .unwrap_or_default();
    if words.len() > MAX_SCOPES { Err(Refusal::TooComplex) } else { Ok(words) }
}
