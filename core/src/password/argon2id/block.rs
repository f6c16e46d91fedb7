//! The compression of two blocks to one, where nearly all of the time is spent (RFC 9106 sections 3.5 and 3.6).
//!
//! What is repeated is written out, so that the words of a permutation stand in variables however the compiler is told to
//! weigh size against speed: it unrolls no loop where size counts.

use std::hint::black_box;

use argon2::Block;

/// Two words, which stay together through every permutation.
type Pair = [u64; 2];
/// A block as a matrix of rows.
type Matrix = [[Pair; 8]; 8];

/// What becomes of that which the target held: in the first pass it is lost, in every other it is added.
pub(super) const OVERWRITE: bool = true;
pub(super) const ADD: bool = false;

/// An array of an expression for each number below eight.
macro_rules! each {
    ($number:ident => $value:expr) => {
        [
            each!(0, $number, $value),
            each!(1, $number, $value),
            each!(2, $number, $value),
            each!(3, $number, $value),
            each!(4, $number, $value),
            each!(5, $number, $value),
            each!(6, $number, $value),
            each!(7, $number, $value),
        ]
    };
    ($literal:literal, $number:ident, $value:expr) => {{
        const $number: usize = $literal;
        $value
    }};
}

/// What a compression works on, kept from one to the next: to clear it for each would take a tenth of the time.
pub(super) struct Compression {
    /// What goes in: both blocks, added.
    sum: Matrix,
    /// The same with its rows permuted.
    mixed: Matrix,
}

impl Compression {
    pub(super) const fn new() -> Self {
        Self { sum: [[[0; 2]; 8]; 8], mixed: [[[0; 2]; 8]; 8] }
    }

    /// G: rows are permuted, then columns, and what went in is added. `None` for no block, since all have the one size.
    #[inline(never)]
    pub(super) fn run<const MODE: bool>(&mut self, one: &Block, other: &Block, to: &mut Block) -> Option<()> {
        let (one, other, to) = (matrix(one)?, matrix(other)?, matrix_mut(to)?);
        let Self { sum, mixed } = self;
        // One block is seldom in a cache. A word of each of its lines is asked for first, so that they come together: the
        // permutations between them would wait for one after the other.
        let mut lines = 0;
        let _: [(); 8] = each!(N => lines ^= other[N][0][0] ^ other[N][4][0]);
        black_box(lines);
        for row in 0..8 {
            let _: [(); 8] = each!(N => sum[row][N] = xor(one[row][N], other[row][N]));
        }
        for row in 0..8 {
            let words = permute(each!(N => sum[row][N]));
            let _: [(); 8] = each!(N => mixed[row][N] = words[N]);
        }
        for column in 0..8 {
            let words = permute(each!(N => mixed[N][column]));
            let _: [(); 8] = each!(N => {
                let word = xor(words[N], sum[N][column]);
                to[N][column] = if MODE == OVERWRITE { word } else { xor(word, to[N][column]) };
            });
        }
        Some(())
    }
}

fn matrix(block: &Block) -> Option<&Matrix> {
    block.as_ref().as_chunks().0.as_chunks().0.first_chunk()
}

fn matrix_mut(block: &mut Block) -> Option<&mut Matrix> {
    block.as_mut().as_chunks_mut().0.as_chunks_mut().0.first_chunk_mut()
}

#[inline(always)]
fn xor(one: Pair, other: Pair) -> Pair {
    [one[0] ^ other[0], one[1] ^ other[1]]
}

/// P: sixteen words as a matrix of four by four, of which the columns are mixed and then the diagonals.
#[inline(always)]
fn permute(pairs: [Pair; 8]) -> [Pair; 8] {
    let [[mut a, mut b], [mut c, mut d], [mut e, mut f], [mut g, mut h], rest @ ..] = pairs;
    let [[mut i, mut j], [mut k, mut l], [mut m, mut n], [mut o, mut p]] = rest;
    mix(&mut a, &mut e, &mut i, &mut m);
    mix(&mut b, &mut f, &mut j, &mut n);
    mix(&mut c, &mut g, &mut k, &mut o);
    mix(&mut d, &mut h, &mut l, &mut p);
    mix(&mut a, &mut f, &mut k, &mut p);
    mix(&mut b, &mut g, &mut l, &mut m);
    mix(&mut c, &mut h, &mut i, &mut n);
    mix(&mut d, &mut e, &mut j, &mut o);
    [[a, b], [c, d], [e, f], [g, h], [i, j], [k, l], [m, n], [o, p]]
}

/// GB: the round function of BLAKE2b, with multiplications in it.
#[inline(always)]
fn mix(a: &mut u64, b: &mut u64, c: &mut u64, d: &mut u64) {
    *a = add(*a, *b);
    *d = (*d ^ *a).rotate_right(32);
    *c = add(*c, *d);
    *b = (*b ^ *c).rotate_right(24);
    *a = add(*a, *b);
    *d = (*d ^ *a).rotate_right(16);
    *c = add(*c, *d);
    *b = (*b ^ *c).rotate_right(63);
}

/// The sum, and twice the product of the lower halves.
#[inline(always)]
fn add(one: u64, other: u64) -> u64 {
    const LOW: u64 = 0xffff_ffff;
    one.wrapping_add(other).wrapping_add(2_u64.wrapping_mul((one & LOW) * (other & LOW)))
}
