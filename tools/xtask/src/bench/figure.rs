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
        let [name, aim, measured, peer, ratio] = cells(line)?;
        let is_head = name == "Figure" || name.starts_with("--");
        (!is_head && !measured.is_empty()).then_some(Self { name, aim, measured, peer, ratio })
    }

    /// As a row of the table, with how busy the machine was with other things, in percent.
    pub(crate) fn markdown(&self, busy: f64) -> String {
        let Self { name, aim, measured, peer, ratio } = self;
        format!("| {name} | {aim} | {measured} | {peer} | {ratio} | {busy:.0} % |")
    }
}

/// The head of the table.
pub(crate) const HEAD: &str = "| Figure | Aim | Measured | Peer | Ratio | Others |\n|---|---|---|---|---|---|";

/// The cells of a table row of this many columns.
pub(crate) fn cells<const N: usize>(line: &str) -> Option<[String; N]> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let cells: Vec<String> = inner.split('|').map(|cell| cell.trim().to_owned()).collect();
    cells.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_row_is_read_back() {
        let figure = Figure {
            name: "commits, 16 clients".into(),
            aim: "4 x".into(),
            measured: "8,100/s".into(),
            peer: "1,700/s".into(),
            ratio: "4.8 x".into(),
        };
        assert_eq!(figure.markdown(3.4), "| commits, 16 clients | 4 x | 8,100/s | 1,700/s | 4.8 x | 3 % |");
        assert_eq!(Figure::row("| commits, 16 clients | 4 x | 8,100/s | 1,700/s | 4.8 x |"), Some(figure));
        for line in ["", "warming up", "| a | b |", "|---|---|---|---|---|", "| Figure | Aim | Measured | Peer | Ratio |"] {
            assert_eq!(Figure::row(line), None, "{line}");
        }
    }
}
