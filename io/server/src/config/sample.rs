//! The commented sample, made from the explanations and defaults beside each setting.

use std::fmt::Write as _;

use super::Config;

/// The sample configuration: every setting with its explanation and its default, commented out.
#[must_use]
pub fn sample() -> String {
    let mut out = String::from(
        "# Configuration of Signboard. Every setting stands here with its default.\n\
         #\n\
         # The server reads /etc/signboard/signboard.toml, or the file named with --config. A variable of\n\
         # the environment wins over the file: SIGNBOARD_WEB_HTTP_PORT for web.http-port. What is given\n\
         # as --set web.http-port=8080 wins over both. `signboard check-config` says what is wrong.\n",
    );
    for (section, doc, fields) in Config::sections() {
        out.push('\n');
        comment(&mut out, doc);
        writeln!(out, "[{section}]").expect("writing to a string cannot fail");
        for field in fields {
            out.push('\n');
            comment(&mut out, field.doc);
            writeln!(out, "# {} = {}", field.key, field.default).expect("writing to a string cannot fail");
        }
    }
    out
}

fn comment(out: &mut String, lines: &[&str]) {
    for line in lines {
        writeln!(out, "#{line}").expect("writing to a string cannot fail");
    }
}
