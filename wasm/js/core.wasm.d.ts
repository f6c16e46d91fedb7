/** A compiled module where the bundler makes one (workers), else the address of the file. */
declare const wasm: typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module | string
  : string;
export default wasm;
