import '../parts/later-styles';

/**
 * What comes right after the first sight of the page, in one chunk: it is there before anybody needs it, also where the
 * network goes away after that.
 */
export { TypingLine } from '../chat/typing-line';
export { About } from '../composer/about';
export { CannotWrite } from '../composer/cannot-write';
export { Mentions } from '../composer/mentions';
export { SlowSend } from '../composer/slow-send';
export { Beyond } from '../list/beyond';
export { Faults } from '../parts/faults';
export { turnOff } from '../push/device';
export { Pushed } from '../push/pushed';
export { Growing } from '../timeline/growing';
export { News } from '../timeline/news';
export { RowFault } from '../timeline/row-fault';
export { ConnectionLine } from './connection-line';
export { listen } from './keyboard';
export { NewVersion } from './new-version';
