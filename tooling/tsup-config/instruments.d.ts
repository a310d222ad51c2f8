/** The text of a module without the simulator's instruments. @throws {Error} when one is used in a way that leaves something behind. */
export declare function removeInstruments(text: string, file: string): string
