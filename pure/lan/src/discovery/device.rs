//! The metadata of a device (DPWS 1.1 section 5, DPWS of February 2006 section 5): what Windows Explorer and wsdd ask for by HTTP.

use quick_xml::escape::escape;
use uuid::Uuid;

use super::card::Card;
use super::element::{self, Element};
use super::message;
use super::refusal::Refusal;
use super::version::Version;
use super::writer::{add, add_endpoint, open, urn};

/// The path on the web port that takes these questions, by POST.
pub const PATH: &str = "/wsd";
/// The content type of question and answer (SOAP 1.2 part 2, appendix A).
pub const CONTENT_TYPE: &str = "application/soap+xml";

const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
const GET_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse";
const METADATA: &str = "http://schemas.xmlsoap.org/ws/2004/09/mex";
const PNPX: &str = "http://schemas.microsoft.com/windows/pnpx/2005/10";

/// Answers a WS-Transfer `Get`: body in, body out. `presentation` is the URL that a double click opens, `id` the new message's id.
///
/// # Errors
/// [`Refusal::NoMatch`] if it is addressed to another endpoint, [`Refusal::NotForUs`] if it is not a `Get`, or a reason that lies in the message itself.
pub fn answer(bytes: &[u8], endpoint: Uuid, card: &Card, presentation: &str, id: Uuid) -> Result<Vec<u8>, Refusal> {
    let root = element::read(bytes)?;
    let question = message::headers(&root)?;
    if question.action != GET {
        return Err(Refusal::NotForUs);
    }
    let to = question.to.as_deref().and_then(|to| Uuid::parse_str(to.strip_prefix("urn:uuid:")?).ok());
    if to != Some(endpoint) {
        return Err(Refusal::NoMatch);
    }
    let version = question.version;
    let profile = version.device_profile();
    let address = urn(endpoint);
    let mut out = open(version, GET_RESPONSE, &urn(id), Some(&question.id), Some(version.anonymous()));
    add(&mut out, format_args!("</s:Header><s:Body><x:Metadata xmlns:x=\"{METADATA}\">"));
    add(
        &mut out,
        format_args!(
            "<x:MetadataSection Dialect=\"{profile}/ThisModel\"><wsdp:ThisModel><wsdp:Manufacturer>Signboard</wsdp:Manufacturer>"
        ),
    );
    add(
        &mut out,
        format_args!(
            "<wsdp:ModelName>Signboard server</wsdp:ModelName><wsdp:ModelNumber>{}</wsdp:ModelNumber>",
            escape(card.version.as_str())
        ),
    );
    add(&mut out, format_args!("<wsdp:PresentationUrl>{}</wsdp:PresentationUrl>", escape(presentation)));
    add(
        &mut out,
        format_args!("<p:DeviceCategory xmlns:p=\"{PNPX}\">Other</p:DeviceCategory></wsdp:ThisModel></x:MetadataSection>"),
    );
    add(&mut out, format_args!("<x:MetadataSection Dialect=\"{profile}/ThisDevice\"><wsdp:ThisDevice>"));
    add(&mut out, format_args!("<wsdp:FriendlyName>{}</wsdp:FriendlyName>", escape(card.label())));
    add(&mut out, format_args!("<wsdp:FirmwareVersion>{}</wsdp:FirmwareVersion>", escape(card.version.as_str())));
    add(&mut out, format_args!("<wsdp:SerialNumber>{endpoint}</wsdp:SerialNumber></wsdp:ThisDevice></x:MetadataSection>"));
    add(
        &mut out,
        format_args!(
            "<x:MetadataSection Dialect=\"{profile}/Relationship\"><wsdp:Relationship Type=\"{profile}/host\"><wsdp:Host>"
        ),
    );
    add_endpoint(&mut out, &address);
    add(
        &mut out,
        format_args!(
            "<wsdp:Types>sb:Server</wsdp:Types><wsdp:ServiceId>{address}</wsdp:ServiceId></wsdp:Host></wsdp:Relationship>"
        ),
    );
    out.push_str("</x:MetadataSection></x:Metadata></s:Body></s:Envelope>");
    Ok(out.into_bytes())
}

/// Writes a `Get` for the metadata of an endpoint.
#[must_use]
pub fn question(version: Version, endpoint: &str, id: Uuid) -> Vec<u8> {
    let mut out = open(version, GET, &urn(id), None, Some(endpoint));
    add(
        &mut out,
        format_args!("<a:ReplyTo><a:Address>{}</a:Address></a:ReplyTo></s:Header><s:Body/></s:Envelope>", version.anonymous()),
    );
    out.into_bytes()
}

/// What a device says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its name for people.
    pub friendly_name: Option<String>,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// Its version.
    pub firmware: Option<String>,
    /// The address of its pages.
    pub presentation: Option<String>,
}

/// Reads the answer to a `Get`.
///
/// # Errors
/// [`Refusal::NotForUs`] if it is not such an answer, or a reason that lies in the message itself.
pub fn read(bytes: &[u8]) -> Result<Metadata, Refusal> {
    let root = element::read(bytes)?;
    let answer = message::headers(&root)?;
    if answer.action != GET_RESPONSE {
        return Err(Refusal::NotForUs);
    }
    let profile = answer.version.device_profile();
    let metadata = answer.body.child(METADATA, "Metadata").ok_or(Refusal::WrongBody)?;
    let sections = || metadata.children.iter().filter(|child| child.is(METADATA, "MetadataSection"));
    let value = |part: &str, local: &str| {
        let part = sections().find_map(|section| section.child(profile, part))?;
        part.child(profile, local).map(Element::trimmed).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    Ok(Metadata {
        friendly_name: value("ThisDevice", "FriendlyName"),
        manufacturer: value("ThisModel", "Manufacturer"),
        model: value("ThisModel", "ModelName"),
        firmware: value("ThisDevice", "FirmwareVersion"),
        presentation: value("ThisModel", "PresentationUrl"),
    })
}

/// Reads arbitrary bytes as a question and as an answer, for a fuzz target.
pub(crate) fn digest(bytes: &[u8]) {
    let _ = read(bytes);
    if let Ok(root) = element::read(bytes) {
        let _ = message::headers(&root).map(|headers| headers.id);
    }
}

#[cfg(test)]
mod tests {
    use super::super::card::tests::sample;
    use super::*;

    const ENDPOINT: Uuid = Uuid::from_u128(7);

    #[test]
    fn a_get_is_answered_in_its_own_version() {
        for version in Version::ALL {
            let card = Card { name: "A <b> & \"c\"".to_owned(), server: None, ..sample() };
            let answer = answer(
                &question(version, &urn(ENDPOINT), Uuid::from_u128(1)),
                ENDPOINT,
                &card,
                "http://192.0.2.7/?a&b",
                Uuid::from_u128(2),
            )
            .unwrap();
            let root = element::read(&answer).unwrap();
            let headers = message::headers(&root).unwrap();
            assert_eq!((headers.version, headers.relates_to.as_deref()), (version, Some(urn(Uuid::from_u128(1)).as_str())));
            let metadata = read(&answer).unwrap();
            assert_eq!(metadata.friendly_name.as_deref(), Some("A <b> & \"c\""));
            assert_eq!(metadata.presentation.as_deref(), Some("http://192.0.2.7/?a&b"));
            assert_eq!(metadata.manufacturer.as_deref(), Some("Signboard"));
            assert_eq!(metadata.firmware.as_deref(), Some("0.1.0"));
        }
    }

    /// A `Get` as the WSDAPI of Windows writes it: more headers than are read, one of them Microsoft's own.
    const WINDOWS: &str = r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"><soap:Header><wsa:To>urn:uuid:00000000-0000-0000-0000-000000000007</wsa:To><wsa:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</wsa:Action><wsa:MessageID>urn:uuid:27d4cd4a-9b0d-4e4b-8f2a-8a2d2a2a3c01</wsa:MessageID><wsa:ReplyTo><wsa:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:Address></wsa:ReplyTo><wsa:From><wsa:Address>urn:uuid:39ac8ce6-4df5-4cbe-9b0e-6a6b5b7b7a02</wsa:Address></wsa:From><LargeMetadataSupport xmlns="http://schemas.microsoft.com/windows/wsdapi"/></soap:Header><soap:Body/></soap:Envelope>"#;

    #[test]
    fn windows_is_answered() {
        let answer = answer(WINDOWS.as_bytes(), ENDPOINT, &sample(), "http://192.0.2.7/", Uuid::nil()).unwrap();
        let root = element::read(&answer).unwrap();
        let headers = message::headers(&root).unwrap();
        assert_eq!(headers.relates_to.as_deref(), Some("urn:uuid:27d4cd4a-9b0d-4e4b-8f2a-8a2d2a2a3c01"));
        assert_eq!(headers.to.as_deref(), Some(Version::April2005.anonymous()));
        // The order of DPWS (February 2006), section 5: what is not of the profile comes last.
        let metadata = headers.body.child(METADATA, "Metadata").unwrap();
        let sections: Vec<Vec<&str>> = metadata
            .children
            .iter()
            .map(|section| section.children[0].children.iter().map(|part| part.name.local.as_str()).collect())
            .collect();
        let model = vec!["Manufacturer", "ModelName", "ModelNumber", "PresentationUrl", "DeviceCategory"];
        assert_eq!(sections, [model, vec!["FriendlyName", "FirmwareVersion", "SerialNumber"], vec!["Host"]]);
    }

    #[test]
    fn questions_for_others_are_refused() {
        let ask = |bytes: &[u8]| answer(bytes, ENDPOINT, &sample(), "http://x/", Uuid::nil());
        assert_eq!(
            ask(&question(Version::V11, "urn:uuid:00000000-0000-0000-0000-000000000008", Uuid::nil())),
            Err(Refusal::NoMatch)
        );
        assert_eq!(ask(&question(Version::V11, "http://192.0.2.7/wsd", Uuid::nil())), Err(Refusal::NoMatch));
        let put = String::from_utf8(question(Version::V11, &urn(ENDPOINT), Uuid::nil()))
            .unwrap()
            .replace("transfer/Get", "transfer/Put");
        assert_eq!(ask(put.as_bytes()), Err(Refusal::NotForUs));
        assert_eq!(ask(b"{}"), Err(Refusal::Malformed));
    }
}
