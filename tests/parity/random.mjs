// Random choices that a seed repeats.

/** A generator of random numbers (sfc32) and of the choices that are made with them. */
export class Random {
  #a;
  #b;
  #c;
  #count = 1;

  constructor(seed) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    this.#c = 0x9e3779b9;
    for (let warmUp = 0; warmUp < 12; warmUp += 1) this.#next();
  }

  /** An integer of 32 bits. */
  #next() {
    const sum = (this.#a + this.#b + this.#count) >>> 0;
    this.#count = (this.#count + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit) {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  between(least, most) {
    return least + this.below(most - least + 1);
  }

  chance(probability) {
    return this.#next() / 2 ** 32 < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** The first nine times in ten, else one of the others. */
  mostly(usual, ...others) {
    return this.chance(0.9) ? usual : this.pick(others);
  }

  /** Calls one of the functions. */
  one(...makers) {
    return this.pick(makers)();
  }

  /** Text of so many picks from a list. */
  text(list, length) {
    return Array.from({ length }, () => this.pick(list)).join("");
  }

  bytes(length) {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
