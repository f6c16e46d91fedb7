/**
 * The words of every refusal, made from the Rust enum that the server answers with too.
 */
/* codes */

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** What is thrown for a wrong argument. */
export interface ArgumentError extends TypeError {
  readonly code: Code;
}

type GlobalClass<Name extends string> = typeof globalThis extends { [Key in Name]: { prototype: infer Instance } }
  ? Instance
  : never;
type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : never;

/** Where the wasm comes from, or the wasm itself. */
export type InitInput =
  | string
  | GlobalClass<"URL">
  | GlobalClass<"Request">
  | GlobalClass<"Response">
  | ArrayBuffer
  | ArrayBufferView
  | WasmModule;

/** An operation that loads the wasm when it is first called. */
export type Async<Operation> = Operation extends (...args: infer Arguments) => infer Result
  ? (...args: Arguments) => Promise<Result>
  : never;
