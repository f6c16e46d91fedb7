//! How far two lots of times are apart.

/// The middle value; the mean of the middle two of an even number.
pub(crate) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let (lower, upper) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    f64::midpoint(lower, upper)
}

/// How well one lot can be told from the other by a single value: the share of all pairs in which the one is greater, a tie
/// counting half (Mann and Whitney's U over the number of pairs), or its complement, whichever is more. 0.5 is not at all
/// and 1 is always.
pub(crate) fn distance(one: &[f64], other: &[f64]) -> f64 {
    let auc = auc(one, other);
    auc.max(1.0 - auc)
}

/// The area under the curve of whoever takes the greater values for those of `one`.
fn auc(one: &[f64], other: &[f64]) -> f64 {
    let other = sorted(other);
    let won = one.iter().map(|value| {
        let below = other.partition_point(|its| its < value);
        let ties = other.partition_point(|its| its <= value) - below;
        below as f64 + ties as f64 / 2.0
    });
    won.sum::<f64>() / (one.len() as f64 * other.len() as f64)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[9.0, 1.0, 4.0]), 4.0);
        assert_eq!(median(&[9.0, 1.0, 5.0, 4.0]), 4.5);
        assert_eq!(median(&[7.0]), 7.0);
    }

    #[test]
    fn equal_lots_cannot_be_told_apart() {
        let lot = [3.0, 1.0, 2.0, 2.0];
        assert_eq!(auc(&lot, &lot), 0.5);
        assert_eq!(distance(&[1.0, 1.0], &[1.0, 1.0, 1.0]), 0.5, "ties alone");
    }

    #[test]
    fn lots_that_nowhere_overlap_can_whichever_is_greater() {
        let (low, high) = ([1.0, 2.0, 3.0], [4.0, 5.0]);
        assert_eq!((auc(&high, &low), auc(&low, &high)), (1.0, 0.0));
        assert_eq!((distance(&high, &low), distance(&low, &high)), (1.0, 1.0));
    }

    #[test]
    fn a_tie_counts_half() {
        // Of six pairs three are won and one is a tie.
        assert_eq!(auc(&[1.0, 2.0], &[0.0, 1.0, 3.0]), 3.5 / 6.0);
    }
}
