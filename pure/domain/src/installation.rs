//! The installation: one document with a fixed id.

use uuid::Uuid;

use crate::cell::ZoneName;
use crate::content::Content;
use crate::document::document;
use crate::voters::Voters;

/// The id of the one installation document.
pub const INSTALLATION: Uuid = Uuid::from_u128(0x5167_6e62_6f61_7264_0000_0000_0000_0001);

document! {
    /// What holds for the whole installation.
    Installation(Uuid) = "installation" {
        /// Its id, the same on all of its servers, by which searches tell installations apart; none where it was set up before there was one.
        uid: Option<Uuid> = Public,
        /// Name, shown to people.
        name: String = Public,
        /// Language of the viewers' own screens, a BCP 47 tag such as `en` or `de`.
        language: String = Public,
        /// Zone of viewers that have none of their own.
        zone: ZoneName = Public,
        /// Address under which viewers and people reach the server, such as `https://signs.example.org`.
        public_address: String = Public,
        /// What plays where nothing is scheduled, unless a viewer has its own.
        fallback: Option<Content> = Public,
        /// When set-up was finished, Unix milliseconds.
        set_up_at: Option<i64> = Public,
        /// Which servers decide together who becomes the Main when the present one falls silent.
        voters: Voters = Public,
    }
}
