use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};

use super::*;
use crate::password::Argon2Cost;

/// The tag as the crate makes it.
fn by_the_crate(input: &Argon2idInput<'_>, tag: &mut [u8]) -> Option<()> {
    let mut params = ParamsBuilder::new();
    params
        .m_cost(input.cost.memory_kib())
        .t_cost(input.cost.iterations())
        .p_cost(input.cost.parallelism())
        .output_len(tag.len())
        .data(AssociatedData::new(input.associated_data).ok()?);
    let argon2 =
        Argon2::new_with_secret(input.secret, Algorithm::Argon2id, Version::V0x13, params.build().ok()?);
    argon2.ok()?.hash_password_into(input.password, input.salt, tag).ok()
}

/// Both tags, ours in memory that something was in.
fn both(input: &Argon2idInput<'_>) -> [Option<Vec<u8>>; 2] {
    let mut ours = vec![0; input.output_len];
    let mut theirs = ours.clone();
    let mut memory = vec![Block::new(); input.cost.memory_kib() as usize + 1];
    memory.iter_mut().for_each(|block| block.as_mut().fill(0x5555_5555_5555_5555));
    let ours = argon2id(input, &mut memory, &mut ours).map(|()| ours);
    [ours, by_the_crate(input, &mut theirs).map(|()| theirs)]
}

fn input(cost: Argon2Cost, output_len: usize) -> Argon2idInput<'static> {
    Argon2idInput {
        password: b"analytical engine",
        salt: &[7; 16],
        secret: &[],
        associated_data: &[],
        cost,
        output_len,
    }
}

#[test]
fn the_tag_is_the_one_of_rfc_9106_section_5_3() {
    let input = Argon2idInput {
        password: &[1; 32],
        salt: &[2; 16],
        secret: &[3; 8],
        associated_data: &[4; 12],
        cost: Argon2Cost::new(32, 3, 4).unwrap(),
        output_len: 32,
    };
    let tag = b"\x0d\x64\x0d\xf5\x8d\x78\x76\x6c\x08\xc0\x37\xa3\x4a\x8b\x53\xc9\xd0\x1e\xf0\x45\x2d\x75\xb6\x5e\xb5\x25\x20\xe9\x6b\x01\xe6\x59";
    assert_eq!(both(&input), [Some(tag.to_vec()), Some(tag.to_vec())]);
}

#[test]
fn every_cost_gives_the_tag_of_the_crate() {
    // Segments of 2 blocks up to more than one block of addresses holds, memory that the lanes do not divide, and each
    // way in which a segment can begin.
    for lanes in [1, 2, 3, 5] {
        for memory_kib in [8 * lanes, 8 * lanes + 7, 67 * lanes, 530 * lanes, 1_040 * lanes + 3] {
            for passes in [1, 2, 3] {
                let cost = Argon2Cost::new(memory_kib, passes, lanes).unwrap();
                let [ours, theirs] = both(&input(cost, 32));
                assert!(theirs.is_some());
                assert_eq!(ours, theirs, "{cost:?}");
            }
        }
    }
}

#[test]
fn every_length_gives_the_tag_of_the_crate_or_none() {
    let cost = Argon2Cost::new(16, 1, 1).unwrap();
    for output_len in [0, 3, 4, 5, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 1_024] {
        let [ours, theirs] = both(&input(cost, output_len));
        assert_eq!(theirs.is_some(), output_len >= 4);
        assert_eq!(ours, theirs, "{output_len}");
    }
    for len in [0, 1, 7, 8, 9, 31, 32, 33, 127, 128, 129, 300] {
        let text = vec![9; len];
        for changed in [
            Argon2idInput { password: &text, ..input(cost, 32) },
            Argon2idInput { salt: &text, ..input(cost, 32) },
            Argon2idInput { secret: &text, ..input(cost, 32) },
            Argon2idInput { associated_data: &text, ..input(cost, 32) },
        ] {
            let [ours, theirs] = both(&changed);
            assert_eq!(ours, theirs, "{len}");
        }
    }
}

#[test]
fn too_little_memory_makes_no_tag() {
    let input = input(Argon2Cost::new(16, 1, 1).unwrap(), 32);
    let mut tag = [0; 32];
    assert_eq!(argon2id(&input, &mut [Block::new(); 15], &mut tag), None);
    assert_eq!(tag, [0; 32]);
}
