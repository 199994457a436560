//! The first message, and whether the other server is one to talk to at all.

use domain::stamp::Dot;

use super::{CREDIT_BYTES, Frame, Hello, Hold, Now, Output, PROTOCOL, Phase, Reason, Session, Want};

/// So many versions of the registry of kinds may lie between two servers.
const SCHEMA_WINDOW: u32 = 1;

impl Session {
    pub(super) fn greet(&mut self, now: Now) {
        let Self { local, stands, ends, .. } = self;
        let hello = Hello {
            installation: local.installation,
            actor: stands.position.actor,
            boot_nonce: local.boot_nonce,
            protocol: local.protocol,
            schema: local.schema,
            role: local.role,
            epoch: local.epoch,
            ends: ends.clone(),
            floor: (*stands.floor).clone(),
            forked: stands.forked,
            credit: CREDIT_BYTES,
            time_ms: now.wall_ms,
        };
        self.out.push(Output::Send(Frame::Hello(Box::new(hello))));
    }

    /// The other server has introduced itself.
    pub(super) fn greeted(&mut self, hello: Hello) {
        if let Err(reason) = self.admit(&hello) {
            return self.close(reason);
        }
        self.known = hello.ends.clone();
        self.unnoted = true;
        self.sending.credit(hello.credit);
        self.phase = Phase::Judging;
        let mut dots = Vec::new();
        for (actor, mine) in self.ends.iter() {
            let theirs = hello.ends.get(&actor).seq;
            if theirs < mine.seq {
                // Where theirs ends, to compare; and what comes after it, to find where the stream begins.
                dots.extend([Dot { actor, seq: theirs }, Dot { actor, seq: theirs + 1 }]);
            }
        }
        self.hello = Some(Box::new(hello));
        self.sending.looking_from(self.stands.lpos);
        self.look_up(Want::Judge, dots);
    }

    fn admit(&self, hello: &Hello) -> Result<(), Reason> {
        let (local, me) = (&self.local, self.stands.position.actor.server);
        let them = hello.actor.server;
        if hello.installation != local.installation {
            return Err(Reason::ForeignInstallation { ours: local.installation, theirs: hello.installation });
        }
        if them == me {
            let same = hello.boot_nonce == local.boot_nonce;
            return Err(if same { Reason::Myself } else { Reason::Clone { server: me } });
        }
        if them != self.peer.server {
            return Err(Reason::OtherCertificate { certificate: self.peer.server, said: them });
        }
        if self.peer.retired {
            return Err(Reason::Retired { server: them });
        }
        if local.protocol.common(hello.protocol).is_none() {
            return Err(Reason::Version { ours: local.protocol, theirs: hello.protocol });
        }
        Ok(())
    }

    /// What keeps entries back although the histories fit.
    pub(super) fn skew(&self, hello: &Hello) -> Option<Hold> {
        let (ours, theirs) = (self.local.schema, hello.schema);
        (ours.abs_diff(theirs) > SCHEMA_WINDOW).then_some(Hold::Schema { ours, theirs })
    }

    /// The version of the protocol that both speak.
    #[must_use]
    pub fn version(&self) -> u32 {
        let theirs = self.hello.as_ref().map_or(PROTOCOL, |hello| hello.protocol);
        self.local.protocol.common(theirs).unwrap_or(self.local.protocol.max)
    }
}
