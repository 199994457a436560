//! How messages of gRPC become bytes: as usual, with small buffers, because a server keeps two for each of ten thousand sessions.

use prost::Message;
use tonic::codec::{BufferSettings, Codec};
use tonic_prost::ProstCodec;

/// What a stream allocates while it is idle, in bytes; longer messages allocate for themselves.
const IDLE: usize = 256;
/// Up to so many bytes of messages that are ready go out together.
const BATCH: usize = 32 * 1024;

/// The codec of protobuf with small buffers.
#[derive(Debug)]
pub struct LeanCodec<T, U>(std::marker::PhantomData<(T, U)>);

impl<T, U> Default for LeanCodec<T, U> {
    fn default() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T: Message + Send + 'static, U: Message + Default + Send + 'static> Codec for LeanCodec<T, U> {
    type Encode = T;
    type Decode = U;
    #[cfg(not(feature = "next"))]
    type Encoder = <ProstCodec<T, U> as Codec>::Encoder;
    #[cfg(feature = "next")]
    type Encoder = Growing<T>;
    type Decoder = <ProstCodec<T, U> as Codec>::Decoder;

    #[cfg(feature = "next")]
    fn encoder(&mut self) -> Self::Encoder {
        Growing(std::marker::PhantomData)
    }

    #[cfg(not(feature = "next"))]
    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::new(IDLE, BATCH))
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstCodec::<T, U>::raw_decoder(BufferSettings::new(IDLE, BATCH))
    }
}

/// Encodes as the version after this one may.
#[cfg(feature = "next")]
#[derive(Debug)]
pub struct Growing<T>(std::marker::PhantomData<T>);

#[cfg(feature = "next")]
impl<T: Message + 'static> tonic::codec::Encoder for Growing<T> {
    type Item = T;
    type Error = tonic::Status;

    fn encode(&mut self, item: T, buffer: &mut tonic::codec::EncodeBuf<'_>) -> Result<(), Self::Error> {
        bytes::BufMut::put_slice(buffer, &control::next::grown(&item));
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::new(IDLE, BATCH)
    }
}
