import type { Async } from "./common.js";

/** What a password withstands. */
export interface Strength {
  /** From 0, guessed at once, to 4, out of reach of whoever has the hash. */
  score: 0 | 1 | 2 | 3 | 4;
  /** Guesses until it is found, as an attacker would order them. */
  guesses: number;
  feedback: {
    /** What is wrong with it, `null` where nothing stands out. */
    warning: string | null;
    /** What would make it better; empty from a score of 3 on. */
    suggestions: string[];
  };
}

/** The strength of passwords. */
export interface Strengths {
  /**
   * An estimate by zxcvbn, from the first 100 characters. `userInputs` are words that an attacker would try first: the
   * user's names and addresses, the application's own.
   */
  readonly passwordStrength: (password: string | Uint8Array, userInputs?: readonly string[]) => Strength;
}

/**
 * {@link Strengths.passwordStrength}, asynchronous.
 *
 * @example
 * ```js
 * import { passwordStrength } from "countersign/strength";
 *
 * const { score, feedback } = await passwordStrength("analytical", ["ada"]);
 * console.log(score, feedback.warning); // 1 A word by itself is easy to guess.
 * ```
 */
export declare const passwordStrength: Async<Strengths["passwordStrength"]>;
