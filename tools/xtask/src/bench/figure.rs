//! One line of the table of figures.

/// A measured figure beside its aim and its peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figure {
    /// What was measured, under which circumstances.
    pub(crate) name: String,
    /// What we want to reach.
    pub(crate) aim: String,
    /// What we reach, with its unit.
    pub(crate) measured: String,
    /// What the peer reaches in the same run, if there is one.
    pub(crate) peer: String,
    /// Ours divided by the peer's, if there is one.
    pub(crate) ratio: String,
}

impl Figure {
    /// Reads a table row `| figure | aim | measured | peer | ratio |`, as bench programs print it.
    pub(crate) fn row(line: &str) -> Option<Self> {
        let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let cells: Vec<String> = inner.split('|').map(|cell| cell.trim().to_owned()).collect();
        let [name, aim, measured, peer, ratio] = <[String; 5]>::try_from(cells).ok()?;
        let is_head = name == "Figure" || name.starts_with("--");
        (!is_head && !measured.is_empty()).then_some(Self { name, aim, measured, peer, ratio })
    }
}

/// All figures as a Markdown table.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut text = String::from("| Figure | Aim | Measured | Peer | Ratio |\n|---|---|---|---|---|");
    for figure in figures {
        let Figure { name, aim, measured, peer, ratio } = figure;
        text.push_str(&format!("\n| {name} | {aim} | {measured} | {peer} | {ratio} |"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_table_is_read_back() {
        let figure = Figure {
            name: "commits, 16 clients".into(),
            aim: "4 x".into(),
            measured: "8,100/s".into(),
            peer: "1,700/s".into(),
            ratio: "4.8 x".into(),
        };
        let text = table(std::slice::from_ref(&figure));
        let read: Vec<Figure> = text.lines().filter_map(Figure::row).collect();
        assert_eq!(read, [figure]);
        for line in ["", "warming up", "| a | b |", "|---|---|---|---|---|"] {
            assert_eq!(Figure::row(line), None, "{line}");
        }
    }
}
