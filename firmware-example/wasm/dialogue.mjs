// Runs the firmware's dialogue in Node: `node dialogue.mjs MODULE.wasm LEVEL`, on standard input and output. LEVEL is 0
// for plain arithmetic, 1 for SIMD.
import { readFileSync, writeSync } from "node:fs";

const [, , module, level] = process.argv;
const answer = [];
const serial = { send: (byte) => answer.push(byte) };
const { instance } = await WebAssembly.instantiate(readFileSync(module), { serial });
if (!instance.exports.start(Number(level))) {
    console.error(`there is no level ${level}`);
    process.exit(1);
}
for (const byte of readFileSync(0)) instance.exports.receive(byte);
writeSync(1, Uint8Array.from(answer));
