//! What a screen that is awake hears of magic packets, so that people know whether the calls arrive that are to wake it
//! (`docs/protocols/wake.md` sections 4 and 5).

/// What a viewer hears. Each report holds all that the ones before it held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hearing {
    /// UDP ports that are listened to, ascending.
    pub listening: Vec<u16>,
    /// Why a port is not listened to, a sentence each.
    pub refused: Vec<String>,
    /// The machine's network cards.
    pub cards: Vec<CardHeard>,
}

/// A network card, and what came for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardHeard {
    /// Hardware address, such as `00:11:22:aa:bb:cc`.
    pub mac: String,
    /// The interface, such as `eth0`.
    pub interface: String,
    /// Whether it wakes the machine.
    pub flag: CardFlag,
    /// UDP ports on which a magic packet for it has come, ascending.
    pub heard: Vec<u16>,
}

/// Whether a network card wakes its machine on magic packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardFlag {
    /// It could, and does not.
    Off,
    /// It does.
    On,
    /// It or its driver cannot.
    Unsupported,
    /// The system does not say.
    #[default]
    Unknown,
}

impl CardFlag {
    /// Its name in `WakeCard.flag`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Unsupported => "unsupported",
            Self::Unknown => "unknown",
        }
    }

    /// The flag of that name; a name of a newer version says nothing.
    #[must_use]
    pub fn of(name: &str) -> Self {
        [Self::Off, Self::On, Self::Unsupported].into_iter().find(|flag| flag.name() == name).unwrap_or_default()
    }
}
