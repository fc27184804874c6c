//! Reading by field number, where a field that does not fit its declaration is as if it were absent.
//!
//! prost by itself fails a whole message for one field of another wire type. Here each field is merged for itself. What
//! remains an error are bytes that are no sequence of fields: nobody knows where the next field would begin.
//!
//! This holds only because no declaration in [`schema`](super::schema) nests another or holds a `string`: an inner
//! message is declared as bytes and read by a call of its own, and a text is made from bytes where it is used. So a
//! broken inner message costs what it would have told, and nothing around it.

use prost::bytes::Bytes;
use prost::encoding::wire_type::WireType;
use prost::encoding::{DecodeContext, decode_key, skip_field};

/// A declaration of [`schema`](super::schema).
pub(super) trait Schema: prost::Message + Default {
    /// Its name in errors and in the log.
    const NAME: &'static str;
    /// The highest field number that TikTok was ever seen to use in it. A higher one is news.
    const HIGHEST: u32;
}

/// Bytes that are no sequence of at most [`MAX_FIELDS`] fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// The most fields that a message may have. Beyond any real one, and little enough that a list of them stays small,
/// whatever a hostile sender makes of 16 MiB.
pub(super) const MAX_FIELDS: usize = 65_536;

/// How many unexpected fields of one message are named in the log.
const MAX_SURPRISES: usize = 8;

/// Stands for a whole message; no field has this number.
pub(super) const WHOLE: u32 = 0;

/// A field that was not as declared: the message, and the number, or [`WHOLE`].
pub(super) type Surprise = (&'static str, u32);

/// Reads declared messages and remembers which fields were not as expected (`M-TIK-27`).
#[derive(Debug, Default)]
pub(super) struct Reader {
    surprises: Vec<Surprise>,
}

impl Reader {
    /// Reads a message from all of `bytes`; fields that are bytes share their memory.
    pub(super) fn read<M: Schema>(&mut self, bytes: &Bytes) -> Result<M, Broken> {
        let mut message = M::default();
        let mut has_misfits = false;
        let mut rest = bytes.clone();
        for _ in 0..MAX_FIELDS {
            if rest.is_empty() {
                return Ok(message);
            }
            let field_at = bytes.len() - rest.len();
            let (number, wire_type) = decode_key(&mut rest).map_err(|_| Broken)?;
            if number > M::HIGHEST {
                self.remember::<M>(number);
            }
            let value_at = bytes.len() - rest.len();
            let is_tried = !has_misfits || merge(&mut M::default(), number, wire_type, &mut rest.clone());
            if is_tried && merge(&mut message, number, wire_type, &mut rest) {
                continue;
            }
            // The attempt may have eaten a part of the value.
            rest = bytes.slice(value_at..);
            skip_field(wire_type, number, &mut rest, DecodeContext::default()).map_err(|_| Broken)?;
            self.remember::<M>(number);
            if !has_misfits {
                // It may have left a trace in the message, too: an optional field is there from its first attempt on.
                // What came before did fit and is merged again; what follows is tried on an empty message first.
                message = M::decode(bytes.slice(..field_at)).map_err(|_| Broken)?;
                has_misfits = true;
            }
        }
        if rest.is_empty() { Ok(message) } else { Err(Broken) }
    }

    /// Reads an inner message; `None` for one that cannot be read.
    pub(super) fn read_inner<M: Schema>(&mut self, bytes: &Bytes) -> Option<M> {
        let message = self.read(bytes).ok();
        if message.is_none() {
            self.remember::<M>(WHOLE);
        }
        message
    }

    /// Reads an inner message, which is as if it were absent when it cannot be read.
    pub(super) fn read_or_default<M: Schema>(&mut self, bytes: &Bytes) -> M {
        self.read_inner(bytes).unwrap_or_default()
    }

    /// Remembers a value of a field that means nothing that we know.
    pub(super) fn remember<M: Schema>(&mut self, number: u32) {
        if self.surprises.len() < MAX_SURPRISES {
            self.surprises.push((M::NAME, number));
        }
    }

    /// What was not as expected so far.
    pub(super) fn surprises(&self) -> &[Surprise] {
        &self.surprises
    }
}

/// Whether the field at the beginning of `rest` fits, and was merged.
fn merge<M: Schema>(message: &mut M, number: u32, wire_type: WireType, rest: &mut Bytes) -> bool {
    message.merge_field(number, wire_type, rest, DecodeContext::default()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiktok::wire::schema::{Gift, Poll, RoomViewers};
    use crate::tiktok::wire::tests::encode::Fields;

    fn read(fields: &Fields) -> (Result<Gift, Broken>, Vec<Surprise>) {
        let mut reader = Reader::default();
        let gift = reader.read(&Bytes::from(fields.bytes()));
        (gift, reader.surprises)
    }

    #[test]
    fn a_field_of_another_wire_type_is_absent_and_the_next_one_is_read() {
        for odd in [
            Fields::new().text(12, "five"),
            Fields::new().fixed32(12, 5),
            Fields::new().fixed64(12, 5),
            Fields::new().group(12, &Fields::new().varint(1, 5)),
        ] {
            let (gift, surprises) = read(&odd.text(16, "Rose"));
            let gift = gift.unwrap();
            assert_eq!((gift.diamond_count, &gift.name[..]), (0, &b"Rose"[..]));
            assert_eq!(surprises, [("Gift", 12)]);
        }
    }

    #[test]
    fn an_optional_field_that_does_not_fit_leaves_no_trace() {
        let total = |fields: Fields| {
            let viewers: RoomViewers = Reader::default().read(&Bytes::from(fields.bytes())).unwrap();
            viewers.total
        };
        assert_eq!(total(Fields::new().text(3, "12")), None);
        assert_eq!(total(Fields::new().text(3, "12").text(3, "13").varint(4, 1)), None);
        assert_eq!(total(Fields::new().varint(3, 12).text(3, "13")), Some(12));
        assert_eq!(total(Fields::new().text(3, "12").varint(3, 13).text(3, "14")), Some(13));
    }

    #[test]
    fn a_field_beyond_the_known_ones_is_skipped_and_remembered() {
        let (gift, surprises) = read(&Fields::new().text(900, "new").varint(12, 5));
        assert_eq!(gift.unwrap().diamond_count, 5);
        assert_eq!(surprises, [("Gift", 900)]);
    }

    #[test]
    fn of_a_field_that_comes_twice_the_last_one_that_fits_counts() {
        let (gift, _) = read(&Fields::new().varint(12, 5).varint(12, 6).text(12, "seven"));
        assert_eq!(gift.unwrap().diamond_count, 6);
    }

    #[test]
    fn bytes_that_are_no_fields_are_broken() {
        let unclosed = Fields::new().varint(12, 5).raw(&[0xff, 0xff, 0xff]);
        let beyond_the_end = Fields::new().raw(&[0x82, 0x01, 0x7f, b'R']);
        let no_wire_type = Fields::new().raw(&[0x0f]);
        let number_zero = Fields::new().raw(&[0x00, 0x01]);
        let open_group = Fields::new().raw(&[0x0b]);
        let deep = Fields::new().raw(&[0x0b; 200]);
        let endless_number = Fields::new().raw(&[0x60]).raw(&[0xff; 11]);
        for fields in [unclosed, beyond_the_end, no_wire_type, number_zero, open_group, deep, endless_number] {
            assert!(read(&fields).0.is_err(), "{fields:?}");
        }
    }

    #[test]
    fn a_list_of_absurd_length_is_broken_and_one_at_the_limit_is_not() {
        let options = |count: usize| Bytes::from([0x12, 0x00].repeat(count));
        let mut reader = Reader::default();
        assert!(reader.read::<Poll>(&options(MAX_FIELDS)).is_ok());
        assert!(reader.read::<Poll>(&options(MAX_FIELDS + 1)).is_err());
    }
}
