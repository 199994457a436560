//! Preconditions and their order (RFC 9110, section 13).

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use server::files::Verdict::{Failed, NotModified, Part, Unsatisfiable, Whole};
use server::files::{ByteRange, evaluate};

const TAG: &str = "\"abc\"";

#[test]
fn preconditions_come_in_the_order_of_the_standard() {
    let part = Part(ByteRange { first: 0, last: 1 });
    let cases: &[(&str, &[(&str, &str)], _)] = &[
        ("GET", &[], Whole),
        ("GET", &[("range", "bytes=0-1")], part),
        ("HEAD", &[("range", "bytes=0-1")], Whole),
        ("GET", &[("range", "bytes=10-")], Unsatisfiable),
        ("GET", &[("if-none-match", "\"abc\"")], NotModified),
        ("HEAD", &[("if-none-match", "\"abc\"")], NotModified),
        ("GET", &[("if-none-match", "W/\"abc\"")], NotModified),
        ("GET", &[("if-none-match", "\"x\", \"abc\"")], NotModified),
        ("GET", &[("if-none-match", "\"x\""), ("if-none-match", "\"abc\"")], NotModified),
        ("GET", &[("if-none-match", "*")], NotModified),
        ("GET", &[("if-none-match", "abc")], Whole),
        ("GET", &[("if-none-match", "\"x\""), ("range", "bytes=0-1")], part),
        ("GET", &[("if-none-match", "\"abc\""), ("range", "bytes=0-1")], NotModified),
        ("GET", &[("if-range", "\"abc\""), ("range", "bytes=0-1")], part),
        ("GET", &[("if-range", "\"old\""), ("range", "bytes=0-1")], Whole),
        ("GET", &[("if-range", "W/\"abc\""), ("range", "bytes=0-1")], Whole),
        ("GET", &[("if-range", "Sun, 22 Nov 2026 10:00:00 GMT"), ("range", "bytes=0-1")], Whole),
        ("GET", &[("if-range", "\"old\""), ("range", "bytes=10-")], Whole),
        ("GET", &[("if-match", "\"abc\"")], Whole),
        ("GET", &[("if-match", "*"), ("range", "bytes=0-1")], part),
        ("GET", &[("if-match", "\"old\""), ("if-none-match", "\"abc\"")], Failed),
        ("GET", &[("if-match", "W/\"abc\"")], Failed),
    ];
    for (method, fields, expected) in cases {
        let mut headers = HeaderMap::new();
        for (name, value) in *fields {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let method: Method = method.parse().unwrap();
        assert_eq!(evaluate(&method, &headers, TAG, 10), *expected, "{method} {fields:?}");
    }
}
