// The client that every file here uses: types from the API document, and
// nothing written by hand.
import createClient from "openapi-fetch";

import type { components, paths } from "./api.js";

declare const process: { env: Record<string, string | undefined> };

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

export const api = createClient<paths>({ baseUrl: process.env["API"] ?? "" });

export const mailbox = "ada@contoso.example";

/** Returns what was answered, or fails with the problem. */
export function got<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) {
    throw new Error(JSON.stringify(answer.error));
  }
  return answer.data;
}

export function check(holds: boolean, what: string): void {
  if (!holds) {
    throw new Error(`does not hold: ${what}`);
  }
  console.log(`ok ${what}`);
}
