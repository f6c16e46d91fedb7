//! A set of texts in 14 bits each: Golomb-Rice codes of the gaps between their hashes.
//!
//! The build script writes the set and this file reads it; both include it, so that they cannot disagree.
//!
//! A text is hashed to a position among `ENTRIES * SPREAD`. The positions are cut into equal buckets, so
//! that a look-up decodes one bucket and not the whole set. Layout: `BUCKETS + 1` boundaries (u16, little
//! endian, bytes from the start of the set), then each bucket's gaps in ascending order, most significant
//! bit first: the quotient by `2^REMAINDER_BITS` in ones, a zero, the remainder. Ones fill the last byte.

use std::ops::RangeInclusive;

/// Texts in the set.
pub(crate) const ENTRIES: u32 = 10_000;
/// One text in so many is taken for a member although it is none: fewer than one in 4,000, with some room
/// for the luck of a sample.
pub(crate) const SPREAD: u32 = 4_608;
/// Buckets: some 156 texts in each, for two bytes of index each.
pub(crate) const BUCKETS: u32 = 64;
/// Positions in a bucket.
pub(crate) const BUCKET_SPAN: u32 = ENTRIES * SPREAD / BUCKETS;
/// Bits of a gap that are written plainly: gaps average `SPREAD`, for which 12 make the smallest set.
pub(crate) const REMAINDER_BITS: u32 = 12;
/// Bytes of the shortest and longest text in the set; no other can be taken for a member by mistake.
pub(crate) const LENGTHS: RangeInclusive<usize> = 8..=20;

/// Where a text stands: its bucket and the position in it.
pub(crate) fn place(text: &str) -> (u32, u32) {
    // FNV-1a with the finaliser of MurmurHash3, whose high bits are good enough to be scaled. Nobody gains
    // by a collision: all it buys is the refusal of one's own password.
    let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^= hash >> 33;
    let position = ((hash >> 32) * u64::from(ENTRIES * SPREAD)) >> 32;
    let position = position as u32;
    (position / BUCKET_SPAN, position % BUCKET_SPAN)
}

/// Whether `set` holds `text`, in any letter case.
pub(crate) fn contains(set: &[u8], text: &str) -> bool {
    if !text.is_ascii() || !LENGTHS.contains(&text.len()) {
        return false;
    }
    let (bucket, wanted) = place(text);
    let Some(mut gaps) = Gaps::of(set, bucket as usize) else {
        return false;
    };
    let mut next = 0;
    while let Some(gap) = gaps.next() {
        let position = next + gap;
        if position >= wanted {
            return position == wanted;
        }
        next = position + 1;
    }
    false
}

/// Reads one bucket.
struct Gaps<'a> {
    bytes: &'a [u8],
    /// Bits read so far.
    read: usize,
}

impl<'a> Gaps<'a> {
    fn of(set: &'a [u8], bucket: usize) -> Option<Self> {
        let boundary = |index: usize| {
            let bytes = set.get(2 * index..2 * index + 2)?;
            Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
        };
        Some(Self { bytes: set.get(boundary(bucket)?..boundary(bucket + 1)?)?, read: 0 })
    }

    fn next(&mut self) -> Option<u32> {
        let mut quotient = 0;
        loop {
            let (window, bits) = self.window()?;
            let ones = window.leading_ones();
            quotient += ones;
            self.read += ones as usize;
            if ones < bits {
                break;
            }
        }
        self.read += 1;
        let (window, _) = self.window()?;
        self.read += REMAINDER_BITS as usize;
        Some(quotient << REMAINDER_BITS | window >> (u32::BITS - REMAINDER_BITS))
    }

    /// The next 25 or more bits, leftmost first, and how many they are; ones stand past the last byte.
    /// `None` where nothing is left.
    fn window(&self) -> Option<(u32, u32)> {
        let (whole, part) = (self.read / 8, self.read as u32 % 8);
        let rest = self.bytes.get(whole..).filter(|rest| !rest.is_empty())?;
        let mut word = [u8::MAX; 4];
        for (byte, next) in word.iter_mut().zip(rest) {
            *byte = *next;
        }
        Some((u32::from_be_bytes(word) << part, u32::BITS - part))
    }
}
