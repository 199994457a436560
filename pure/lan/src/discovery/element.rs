//! Reads the bytes of a stranger into a small tree of elements, by namespace and with limits.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};

use super::refusal::Refusal;
use super::version::QName;

/// The longest message that is read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;
const MAX_DEPTH: usize = 12;
const MAX_ELEMENTS: usize = 200;
const MAX_ATTRIBUTES: usize = 24;
const MAX_NAMESPACES: usize = 32;
const MAX_NAMES: usize = 16;

/// An element with what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: QName,
    /// Attributes without namespace: local name and value. The protocol has no other ones.
    pub(crate) attributes: Vec<(String, String)>,
    /// All text directly inside, entities resolved, not trimmed.
    pub(crate) text: String,
    /// The text as names of types, if the element is called `Types`: only here are their prefixes still known.
    pub(crate) names: Vec<QName>,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The first child of that name.
    pub(crate) fn child(&self, namespace: &str, local: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(namespace, local))
    }

    /// Whether the element has that name.
    pub(crate) fn is(&self, namespace: &str, local: &str) -> bool {
        self.name.local == local && self.name.namespace == namespace
    }

    /// The value of an attribute without namespace.
    pub(crate) fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == local).map(|(_, value)| value.as_str())
    }

    /// The text without the white space round it.
    pub(crate) fn trimmed(&self) -> &str {
        self.text.trim()
    }
}

/// Reads one document.
///
/// # Errors
/// [`Refusal::TooLong`], [`Refusal::Malformed`], [`Refusal::Forbidden`] or [`Refusal::TooComplex`].
pub(crate) fn read(bytes: &[u8]) -> Result<Element, Refusal> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::TooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Malformed)?;
    let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().check_comments = true;
    reader.resolver_mut().set_max_namespace_bindings(MAX_NAMESPACES);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|error| match error {
            quick_xml::Error::Namespace(_) => Refusal::TooComplex,
            _ => Refusal::Malformed,
        })?;
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                elements += 1;
                if elements > MAX_ELEMENTS || open.len() >= MAX_DEPTH {
                    return Err(Refusal::TooComplex);
                }
                if root.is_some() {
                    return Err(Refusal::Malformed);
                }
                open.push(begin(start, reader.resolver())?);
                if matches!(event, Event::Empty(_)) {
                    close(&mut open, &mut root, reader.resolver())?;
                }
            }
            Event::End(_) => close(&mut open, &mut root, reader.resolver())?,
            Event::Text(part) => add_text(&mut open, &part.xml10_content())?,
            Event::CData(part) => add_text(&mut open, &part.xml10_content())?,
            Event::GeneralRef(entity) => {
                let value = entity.resolve_char_ref().map_err(|_| Refusal::Malformed)?;
                let value = value.or_else(|| predefined(&entity)).ok_or(Refusal::Forbidden)?;
                add_text(&mut open, value.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) | Event::PI(_) => return Err(Refusal::Forbidden),
            Event::Comment(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err(Refusal::Malformed);
    }
    root.ok_or(Refusal::Malformed)
}

fn begin(start: &BytesStart<'_>, resolver: &NamespaceResolver) -> Result<Element, Refusal> {
    let (namespace, local) = resolver.resolve_element(start.name());
    let name = QName::new(bound(&namespace)?, local.into_inner());
    let mut attributes = Vec::new();
    for (place, attribute) in start.attributes().enumerate() {
        if place >= MAX_ATTRIBUTES {
            return Err(Refusal::TooComplex);
        }
        let attribute = attribute.map_err(|_| Refusal::Malformed)?;
        if attribute.key.as_namespace_binding().is_some() {
            // The resolver takes namespaces as they are written. A URI needs no character that would have to be escaped.
            if attribute.value.contains(|c: char| "&<>'\"".contains(c) || c.is_control()) {
                return Err(Refusal::Forbidden);
            }
            continue;
        }
        if attribute.key.prefix().is_some() {
            continue;
        }
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|_| Refusal::Forbidden)?;
        attributes.push((attribute.key.local_name().into_inner().to_owned(), value.into_owned()));
    }
    Ok(Element { name, attributes, text: String::new(), names: Vec::new(), children: Vec::new() })
}

/// Takes the innermost open element off the stack and puts it into its parent, or makes it the root.
fn close(open: &mut Vec<Element>, root: &mut Option<Element>, resolver: &NamespaceResolver) -> Result<(), Refusal> {
    let mut done = open.pop().ok_or(Refusal::Malformed)?;
    if done.name.local == "Types" {
        for word in done.text.split_ascii_whitespace() {
            if done.names.len() >= MAX_NAMES {
                return Err(Refusal::TooComplex);
            }
            let key = quick_xml::name::QName(word);
            if key.prefix().is_some_and(|prefix| prefix.is_xml() || prefix.is_xmlns()) {
                return Err(Refusal::Malformed);
            }
            let name = QName::new(bound(&resolver.resolve_prefix(key.prefix(), true))?, key.local_name().into_inner());
            done.names.push(name);
        }
    }
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => *root = Some(done),
    }
    Ok(())
}

fn add_text(open: &mut [Element], text: &str) -> Result<(), Refusal> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(Refusal::Malformed),
    }
    Ok(())
}

fn bound<'n>(result: &ResolveResult<'n>) -> Result<&'n str, Refusal> {
    match result {
        ResolveResult::Bound(namespace) => Ok(namespace.0),
        ResolveResult::Unbound => Ok(""),
        ResolveResult::Unknown(_) => Err(Refusal::Malformed),
    }
}

fn predefined(entity: &str) -> Option<char> {
    Some(match entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_namespace_and_not_by_prefix() {
        let one = read(b"<a:E xmlns:a='urn:n'><a:Types xmlns:q='urn:t'>q:Device  q:Other</a:Types></a:E>").unwrap();
        let two = read(b"<E xmlns='urn:n'><zz:Types xmlns:zz='urn:n' xmlns:q='urn:t'>q:Device\n q:Other</zz:Types></E>").unwrap();
        assert_eq!(one.name, two.name);
        assert_eq!(one.children[0].names, [QName::new("urn:t", "Device"), QName::new("urn:t", "Other")]);
        assert_eq!(one.children[0].names, two.children[0].names);
    }

    #[test]
    fn text_keeps_entities_of_xml_only() {
        assert_eq!(read(b"<a>&lt;1&#x41;&#66;<![CDATA[&x;]]></a>").unwrap().text, "<1AB&x;");
        assert_eq!(read(b"<a>&bomb;</a>"), Err(Refusal::Forbidden));
        assert_eq!(read(b"<a x='&bomb;'/>"), Err(Refusal::Forbidden));
        let bomb = br#"<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>"#;
        assert_eq!(read(bomb), Err(Refusal::Forbidden));
        assert_eq!(read(b"<?php 1?><a/>"), Err(Refusal::Forbidden));
        assert_eq!(read(b"<a xmlns='urn:a&amp;b'/>"), Err(Refusal::Forbidden));
    }

    #[test]
    fn limits_hold() {
        assert_eq!(read(&vec![b' '; MAX_BYTES + 1]), Err(Refusal::TooLong));
        let deep = format!("{}{}", "<a>".repeat(13), "</a>".repeat(13));
        assert_eq!(read(deep.as_bytes()), Err(Refusal::TooComplex));
        let wide = format!("<a>{}</a>", "<b/>".repeat(200));
        assert_eq!(read(wide.as_bytes()), Err(Refusal::TooComplex));
        let attributes: String = (0..25).map(|n| format!(" a{n}='1'")).collect();
        assert_eq!(read(format!("<a{attributes}/>").as_bytes()), Err(Refusal::TooComplex));
        let namespaces: String = (0..33).map(|n| format!(" xmlns:a{n}='urn:{n}'")).collect();
        assert_eq!(read(format!("<a{namespaces}/>").as_bytes()), Err(Refusal::TooComplex));
        let types = format!("<Types>{}</Types>", "a ".repeat(17));
        assert_eq!(read(types.as_bytes()), Err(Refusal::TooComplex));
    }

    #[test]
    fn broken_documents_are_refused() {
        for broken in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "</a>",
            "<a b=1/>",
            "<a b='1' b='2'/>",
            "<q:a/>",
            "<Types>q:a</Types>",
            "<a>&#0;</a>",
            "<!-- -- --><a/>",
        ] {
            assert_eq!(read(broken.as_bytes()), Err(Refusal::Malformed), "{broken}");
        }
        assert_eq!(read(&[0xff, b'<']), Err(Refusal::Malformed));
    }
}
