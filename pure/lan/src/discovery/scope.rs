//! How an asked scope is compared with one of ours (WS-Discovery 1.1 section 5.1, April 2005 section 5.1).

use uuid::Uuid;

use super::version::Version;

/// A matching rule for scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// URIs by scheme, authority and whole path segments: `rfc3986` of 1.1, `rfc2396` of April 2005; the one that holds if none is named.
    Uri,
    /// UUIDs by value.
    Uuid,
    /// LDAP URLs by the parts of the distinguished name.
    Ldap,
    /// The same bytes.
    Exact,
    /// Only targets that have no scopes at all (1.1 only).
    None,
}

impl Rule {
    /// The rule that a `MatchBy` names; `None` if it is unknown. The last parts are taken in either version's namespace,
    /// since clients exist that mix them.
    #[must_use]
    pub fn named(uri: &str) -> Option<Self> {
        let rule = Version::ALL.iter().find_map(|version| uri.strip_prefix(version.discovery())?.strip_prefix('/'))?;
        Some(match rule {
            "rfc3986" | "rfc2396" => Rule::Uri,
            "uuid" => Rule::Uuid,
            "ldap" => Rule::Ldap,
            "strcmp0" => Rule::Exact,
            "none" => Rule::None,
            _ => return None,
        })
    }

    /// The URI to write into `MatchBy` of a question of that version.
    #[must_use]
    pub fn uri(self, version: Version) -> String {
        let last = match (self, version) {
            (Rule::Uri, Version::V11) => "rfc3986",
            (Rule::Uri, Version::April2005) => "rfc2396",
            (Rule::Uuid, _) => "uuid",
            (Rule::Ldap, _) => "ldap",
            (Rule::Exact, _) => "strcmp0",
            (Rule::None, _) => "none",
        };
        format!("{}/{last}", version.discovery())
    }

    /// Whether a target with the scopes `ours` matches a question for all of `asked`.
    #[must_use]
    pub fn matches(self, asked: &[String], ours: &[String]) -> bool {
        match self {
            Rule::None => ours.is_empty(),
            _ => asked.iter().all(|scope| ours.iter().any(|own| self.pair(scope, own))),
        }
    }

    fn pair(self, asked: &str, own: &str) -> bool {
        match self {
            Rule::Uri => by_uri(asked, own),
            Rule::Uuid => matches!((uuid_of(asked), uuid_of(own)), (Some(one), Some(two)) if one == two),
            Rule::Ldap => by_ldap(asked, own),
            Rule::Exact => asked == own,
            Rule::None => false,
        }
    }
}

fn by_uri(asked: &str, own: &str) -> bool {
    let (Some(asked), Some(own)) = (Uri::split(asked), Uri::split(own)) else { return false };
    let same_place = asked.scheme.eq_ignore_ascii_case(own.scheme) && asked.authority.eq_ignore_ascii_case(own.authority);
    let dotted = |path: &str| path.split('/').any(|segment| segment == "." || segment == "..");
    if !same_place || dotted(asked.path) || dotted(own.path) {
        return false;
    }
    // A trailing slash names the same place, so that "a:/b/" is a prefix of "a:/b/c" and of "a:/b".
    let mut own = own.path.trim_end_matches('/').split('/');
    asked.path.trim_end_matches('/').split('/').all(|segment| own.next() == Some(segment))
}

struct Uri<'a> {
    scheme: &'a str,
    authority: &'a str,
    path: &'a str,
}

impl<'a> Uri<'a> {
    /// Splits by RFC 3986 section 3; query and fragment are dropped. `None` without a scheme: relative references cannot be compared.
    fn split(text: &'a str) -> Option<Self> {
        let text = text.split(['?', '#']).next().unwrap_or(text);
        let (scheme, rest) = text.split_once(':')?;
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        Some(Self { scheme, authority, path })
    }
}

fn uuid_of(text: &str) -> Option<Uuid> {
    let text = strip_word(text, "urn:").unwrap_or(text);
    Uuid::parse_str(strip_word(text, "uuid:").unwrap_or(text)).ok()
}

fn by_ldap(asked: &str, own: &str) -> bool {
    let (Some((asked_host, asked_name)), Some((own_host, own_name))) = (ldap_of(asked), ldap_of(own)) else { return false };
    asked_host.eq_ignore_ascii_case(own_host)
        && asked_name.len() <= own_name.len()
        && asked_name.iter().zip(&own_name).all(|(one, two)| one == two)
}

/// The host of an LDAP URL (RFC 4516) and the parts of its distinguished name from the root on, lower case, spaces round them removed.
fn ldap_of(text: &str) -> Option<(&str, Vec<String>)> {
    let rest = strip_word(text, "ldap://")?;
    let (host, name) = rest.split_once('/').unwrap_or((rest, ""));
    let name = name.split('?').next().unwrap_or(name);
    let parts = name.split(',').map(|part| part.trim().replace("%20", " ").to_lowercase());
    Some((host, parts.filter(|part| !part.is_empty()).rev().collect()))
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_each_rule() {
        let cases: &[(Rule, &str, &str, bool)] = &[
            (Rule::Uri, "signboard:/role", "signboard:/role/main", true),
            (Rule::Uri, "signboard:/role/", "signboard:/role/main", true),
            (Rule::Uri, "SIGNBOARD:/role/main", "signboard:/role/main", true),
            (Rule::Uri, "signboard:/role/mai", "signboard:/role/main", false),
            (Rule::Uri, "signboard:/role/main/x", "signboard:/role/main", false),
            (Rule::Uri, "signboard:/Role/main", "signboard:/role/main", false),
            (Rule::Uri, "ldap://EXAMPLE.com/a", "ldap://example.COM/a/b", true),
            (Rule::Uri, "http://a", "http://a/b?q#f", true),
            (Rule::Uri, "http://a/b?x", "http://a/b?q#f", true),
            (Rule::Uri, "http://a/./b", "http://a/./b", false),
            (Rule::Uri, "http://a/b/..", "http://a/b/..", false),
            (Rule::Uri, "a", "a", false),
            (Rule::Uuid, "uuid:6B29FC40-CA47-1067-B31D-00DD010662DA", "urn:uuid:6b29fc40-ca47-1067-b31d-00dd010662da", true),
            (Rule::Uuid, "6b29fc40-ca47-1067-b31d-00dd010662da", "urn:uuid:6b29fc40-ca47-1067-b31d-00dd010662db", false),
            (Rule::Uuid, "x", "x", false),
            (Rule::Ldap, "ldap:///ou=Floor1,o=Example,c=US", "LDAP:///cn=Lobby,ou=floor1, o=example,c=us", true),
            (Rule::Ldap, "ldap:///ou=Floor2,o=Example,c=US", "ldap:///cn=Lobby,ou=floor1,o=example,c=us", false),
            (Rule::Ldap, "ldap://h/o=a", "ldap://i/o=a", false),
            (Rule::Ldap, "ldap:///ou=Floor1,o=Example,c=US??sub", "ldap:///ou=floor1,o=example,c=us", true),
            (Rule::Exact, "signboard:/role", "signboard:/role", true),
            (Rule::Exact, "signboard:/role", "signboard:/role/main", false),
        ];
        for (rule, asked, own, expected) in cases {
            assert_eq!(rule.matches(&[(*asked).to_owned()], &[(*own).to_owned()]), *expected, "{rule:?} {asked} {own}");
        }
    }

    #[test]
    fn all_that_is_asked_must_match_and_none_means_none() {
        let ours = ["signboard:/role/main".to_owned(), "signboard:/site/north".to_owned()];
        assert!(Rule::Uri.matches(&["signboard:/role".to_owned(), "signboard:/site/north".to_owned()], &ours));
        assert!(!Rule::Uri.matches(&["signboard:/role".to_owned(), "signboard:/site/south".to_owned()], &ours));
        assert!(Rule::Uri.matches(&[], &ours));
        assert!(!Rule::None.matches(&[], &ours));
        assert!(Rule::None.matches(&[], &[]));
    }

    #[test]
    fn rules_are_known_by_their_uris() {
        for version in Version::ALL {
            for rule in [Rule::Uri, Rule::Uuid, Rule::Ldap, Rule::Exact, Rule::None] {
                assert_eq!(Rule::named(&rule.uri(version)), Some(rule));
            }
        }
        assert_eq!(Rule::named("http://schemas.xmlsoap.org/ws/2005/04/discovery/regex"), None);
        assert_eq!(Rule::named("rfc3986"), None);
    }
}
