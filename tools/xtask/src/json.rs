//! A small JSON reader (RFC 8259), enough for `cargo metadata` and `package.json`.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

/// A JSON value. Numbers stay text: nothing here calculates with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string, unescaped.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object; the last of equal keys wins.
    Map(BTreeMap<String, Json>),
}

impl Json {
    /// Reads one value and nothing after it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text.chars().peekable() };
        let value = reader.value()?;
        reader.blanks();
        reader.rest.next().is_none().then_some(value)
    }

    /// The member of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(members) => members.get(key),
            _ => None,
        }
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of an array; none for anything else.
    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.rest.next_if(|c| matches!(c, ' ' | '\t' | '\r' | '\n')).is_some() {}
    }

    fn eat(&mut self, wanted: char) -> Option<()> {
        self.blanks();
        self.rest.next_if_eq(&wanted).map(|_| ())
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        word.chars().all(|wanted| self.rest.next() == Some(wanted)).then_some(value)
    }

    fn value(&mut self) -> Option<Json> {
        self.blanks();
        match self.rest.peek()? {
            '{' => self.map(),
            '[' => self.elements(),
            '"' => self.string().map(Json::Text),
            't' => self.word("true", Json::Bool(true)),
            'f' => self.word("false", Json::Bool(false)),
            'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn map(&mut self) -> Option<Json> {
        self.eat('{')?;
        let mut members = BTreeMap::new();
        if self.eat('}').is_some() {
            return Some(Json::Map(members));
        }
        loop {
            self.blanks();
            let key = self.string()?;
            self.eat(':')?;
            members.insert(key, self.value()?);
            if self.eat(',').is_none() {
                self.eat('}')?;
                return Some(Json::Map(members));
            }
        }
    }

    fn elements(&mut self) -> Option<Json> {
        self.eat('[')?;
        let mut elements = Vec::new();
        if self.eat(']').is_some() {
            return Some(Json::List(elements));
        }
        loop {
            elements.push(self.value()?);
            if self.eat(',').is_none() {
                self.eat(']')?;
                return Some(Json::List(elements));
            }
        }
    }

    fn number(&mut self) -> Option<Json> {
        let mut text = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_digit() || "+-.eE".contains(*c)) {
            text.push(c);
        }
        text.parse::<f64>().ok().map(|_| Json::Number(text))
    }

    fn string(&mut self) -> Option<String> {
        self.rest.next_if_eq(&'"')?;
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                '"' => return Some(text),
                '\\' => text.push(self.escape()?),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.rest.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => self.unicode()?,
            c @ ('"' | '\\' | '/') => c,
            _ => return None,
        })
    }

    fn unicode(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        self.rest.next_if_eq(&'\\')?;
        self.rest.next_if_eq(&'u')?;
        let second = self.four_digits()?.checked_sub(0xdc00)?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
    }

    fn four_digits(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |value, _| Some(value * 16 + self.rest.next()?.to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let value = Json::parse(r#" {"a": [1, -2.5e3, true, null, []], "b": {"c": "x\n\u00e9\ud83d\ude80\"/"}} "#).unwrap();
        assert_eq!(value.get("a").unwrap().list().len(), 5);
        assert_eq!(value.get("a").unwrap().list()[1], Json::Number("-2.5e3".into()));
        assert_eq!(value.get("b").unwrap().get("c").unwrap().text(), Some("x\n\u{e9}\u{1f680}\"/"));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "tru", "1 2", "\"\\x\"", "\"\\ud800\"", "{'a':1}"] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
    }
}
