//! The allocator: what is given back is wiped.
//!
//! The glue writes every argument into the wasm's memory and frees it there, where no destructor of ours can
//! reach, and a string that grows leaves its old place behind. Passwords and keys pass that way, and in a page
//! any script that gets hold of the instance can read all of its memory.

use std::alloc::{GlobalAlloc, Layout, System};

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

struct Wiping;

/// Overwrites what calls from here have left on the stack below: the padded block of a key or a password among it, which
/// no destructor of the hash function wipes.
#[cfg(any(feature = "passwords", feature = "tokens"))]
#[inline(never)]
pub(crate) fn wipe_stack() {
    // Reading a key goes 4 KiB deep, a set of them somewhat deeper; hashing a password goes 6 KiB deep.
    const DEPTH_BYTES: usize = 16 * 1024;
    std::hint::black_box([0_u8; DEPTH_BYTES]);
}

// `realloc` is left to the trait: it takes a new place, copies, and gives the old one back to be wiped.
#[expect(unsafe_code, reason = "an allocator cannot be safe; this one wipes and forwards, nothing more")]
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of `GlobalAlloc::alloc`, which are passed on as they are.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the place is of this layout and not used any more, so it may be written to before it goes back.
        unsafe {
            wipe(place, layout.size());
            System.dealloc(place, layout);
        }
    }
}

/// Overwrites so many bytes.
///
/// # Safety
/// They must be the caller's to write to.
#[expect(unsafe_code, reason = "what an allocator wipes is not behind a reference")]
unsafe fn wipe(place: *mut u8, size: usize) {
    // The instruction that fills memory is a call into the engine, which for little takes longer than stores do. They are
    // volatile, or they would be made that instruction.
    const WORD: usize = size_of::<u64>();
    const FEW_WORDS: usize = 16;
    let words = size / WORD;
    let (done, word) = (words * WORD, place.cast::<u64>());
    // SAFETY: what is written lies within the bytes, and where words are written they are aligned.
    unsafe {
        if words <= FEW_WORDS && word.is_aligned() {
            (0..words).for_each(|at| word.add(at).write_volatile(0));
            (done..size).for_each(|at| place.add(at).write_volatile(0));
        } else {
            place.write_bytes(0, size);
        }
    }
}
