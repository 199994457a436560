//! Another server's files: asked for over a link that this server opened, or over the offer of one that it cannot call.

use bytes::Bytes;
use control::v1::{FileEnd, FilePart, FileRequest};
use futures::StreamExt as _;
use futures::stream::{BoxStream, unfold};
use net::control::{Link, LinkError};

use super::offered::Offered;

/// A server that can be asked.
#[derive(Clone)]
pub(super) enum Source {
    /// It offers its files over a call of its own.
    Called(Offered),
    /// This server has a link to it.
    Dialled(Link),
}

/// A file, or a part of it, or the list of its groups.
pub(super) struct Answer {
    /// Length of the whole file.
    pub(super) length: u64,
    /// How many groups it has, if they were asked for.
    pub(super) groups: u64,
    /// What comes, in order. It ends with the file, or with why it does not go on.
    pub(super) parts: BoxStream<'static, Result<Bytes, String>>,
}

impl Source {
    /// Asks.
    ///
    /// # Errors
    /// A sentence.
    pub(super) async fn open(&self, request: FileRequest) -> Result<Answer, String> {
        match self {
            Self::Called(offered) => begin(offered.ask(request).await?).await,
            Self::Dialled(link) => {
                let incoming = link.file(request).await.map_err(told)?;
                let parts = unfold(incoming, |mut incoming| async move {
                    match incoming.next().await {
                        Ok(part) => part.map(|part| (Ok(part), incoming)),
                        Err(error) => Some((Err(told(error)), incoming)),
                    }
                });
                begin(parts.boxed()).await
            }
        }
    }
}

/// The first part says how long the file is.
async fn begin(mut parts: BoxStream<'static, Result<FilePart, String>>) -> Result<Answer, String> {
    let first = parts.next().await.ok_or("it sent nothing")??;
    let (length, groups) = (first.length, first.groups);
    let parts = futures::stream::once(async { Ok(first) }).chain(parts);
    let bytes = parts.filter_map(|part| async {
        match part {
            Ok(part) => match part.end() {
                FileEnd::Missing => Some(Err(MISSING.to_owned())),
                FileEnd::Fault => Some(Err("it cannot read the file".to_owned())),
                FileEnd::NotNow => Some(Err(NOT_NOW.to_owned())),
                _ if part.bytes.is_empty() => None,
                _ => Some(Ok(part.bytes)),
            },
            Err(error) => Some(Err(error)),
        }
    });
    Ok(Answer { length, groups, parts: bytes.boxed() })
}

const MISSING: &str = "it does not have the file";
const NOT_NOW: &str = "at this hour it sends only what is urgent";

fn told(error: LinkError) -> String {
    match error {
        LinkError::Refused { code: tonic::Code::NotFound, .. } => MISSING.to_owned(),
        LinkError::Refused { code: tonic::Code::ResourceExhausted, .. } => NOT_NOW.to_owned(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(length: u64, bytes: &'static [u8], end: FileEnd) -> Result<FilePart, String> {
        Ok(FilePart { length, bytes: Bytes::from_static(bytes), end: end.into(), ..FilePart::default() })
    }

    async fn read(parts: Vec<Result<FilePart, String>>) -> (u64, Vec<Result<Bytes, String>>) {
        let answer = begin(futures::stream::iter(parts).boxed()).await.unwrap();
        (answer.length, answer.parts.collect().await)
    }

    #[tokio::test]
    async fn parts_come_in_order_and_faults_are_told() {
        let whole = vec![part(5, b"abc", FileEnd::NotYet), part(0, b"de", FileEnd::NotYet), part(0, b"", FileEnd::Whole)];
        assert_eq!(read(whole).await, (5, vec![Ok(Bytes::from_static(b"abc")), Ok(Bytes::from_static(b"de"))]));
        let missing = read(vec![part(0, b"", FileEnd::Missing)]).await;
        assert_eq!(missing, (0, vec![Err("it does not have the file".to_owned())]));
        let cut = read(vec![part(5, b"abc", FileEnd::NotYet), Err("gone".to_owned())]).await;
        assert_eq!(cut.1[1], Err("gone".to_owned()));
        assert!(begin(futures::stream::empty().boxed()).await.is_err(), "a stream that ends at once is no empty file");
    }
}
