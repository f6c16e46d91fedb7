import { answer } from "./answer.js";
import { pack } from "./pack.js";

// An application verifies by one or two sets of keys; looking through more would cost what it saves.
const KEPT = 8;

/** What was made over each glue, the one that was asked for last first. */
const standards = new WeakMap();

/**
 * What tokens are held to, in the wasm: its keys are read and its points found once, for all tokens that are held to the
 * same. It is known by what the arguments say and not by the objects that said it, so that one that changes is another.
 *
 * The key is the `[bytes, isSecret]` of arguments.js, a copy that nobody else has.
 */
export function standard(core, [key, isSecret], algorithms, issuer, audience) {
  let kept = standards.get(core);
  if (kept === undefined) standards.set(core, (kept = []));
  const place = kept.findIndex(
    (one) =>
      one.isSecret === isSecret &&
      one.issuer === issuer &&
      one.audience === audience &&
      equal(one.key, key) &&
      equal(one.algorithms, algorithms),
  );
  if (place === 0) return kept[0].made;
  const [one] = place < 0 ? [{ key, isSecret, algorithms, issuer, audience, made: make() }] : kept.splice(place, 1);
  kept.unshift(one);
  while (kept.length > KEPT) kept.pop().made.free();
  return one.made;

  function make() {
    try {
      return new core.Standard(key, isSecret, pack([issuer, audience, ...algorithms]));
    } catch (refusal) {
      // The wasm throws the text of an answer; anything else is no refusal.
      if (typeof refusal !== "string") throw refusal;
      return answer(refusal);
    }
  }
}

function equal(one, other) {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
