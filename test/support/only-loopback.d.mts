/** What an error of a refused connection begins with, and the line that a program prints. */
export declare const REFUSED: string;
export declare function keepToLoopback(onRefused: (what: string) => void): void;
