//! `Range` fields (RFC 9110, section 14).

use server::files::Requested::{Part, Unsatisfiable, Whole};
use server::files::{ByteRange, requested};

#[test]
fn fields_of_the_standard_and_bad_ones() {
    let part = |first, last| Part(ByteRange { first, last });
    let cases = [
        // Section 14.1.2, examples for a length of 10000.
        ("bytes=0-499", 10_000, part(0, 499)),
        ("bytes=500-999", 10_000, part(500, 999)),
        ("bytes=-500", 10_000, part(9_500, 9_999)),
        ("bytes=9500-", 10_000, part(9_500, 9_999)),
        ("bytes=0-0", 10_000, part(0, 0)),
        ("bytes=-1", 10_000, part(9_999, 9_999)),
        // More than one range: the whole.
        ("bytes=0-0,-1", 10_000, Whole),
        ("bytes= 0-999, 4500-5499, -1000", 10_000, Whole),
        // Beyond the end.
        ("bytes=9999-20000", 10_000, part(9_999, 9_999)),
        ("bytes=10000-", 10_000, Unsatisfiable),
        ("bytes=10000-10001", 10_000, Unsatisfiable),
        ("bytes=-20000", 10_000, part(0, 9_999)),
        ("bytes=-0", 10_000, Unsatisfiable),
        ("bytes=0-99999999999999999999999", 10_000, part(0, 9_999)),
        ("bytes=99999999999999999999999-", 10_000, Unsatisfiable),
        // An empty file.
        ("bytes=0-", 0, Unsatisfiable),
        ("bytes=-5", 0, Unsatisfiable),
        // The unit is not case-sensitive; empty list elements do not count (section 5.6.1).
        ("Bytes=1-2", 10_000, part(1, 2)),
        ("bytes=,1-2,", 10_000, part(1, 2)),
        // Malformed, or another unit: ignored.
        ("bytes=5-4", 10_000, Whole),
        ("bytes=-", 10_000, Whole),
        ("bytes=", 10_000, Whole),
        ("bytes", 10_000, Whole),
        ("bytes=a-b", 10_000, Whole),
        ("bytes=+1-2", 10_000, Whole),
        ("bytes=1-2-3", 10_000, Whole),
        ("bytes=--1", 10_000, Whole),
        ("lines=1-2", 10_000, Whole),
        ("", 10_000, Whole),
    ];
    for (field, length, expected) in cases {
        assert_eq!(requested(field, length), expected, "{field} of {length}");
    }
}
