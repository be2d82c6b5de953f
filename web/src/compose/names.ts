// What accounts are called while one writes: by their network, as long as that says which is meant.
import { nameOf, type Account } from '../api/accounts';
import { labelOf } from '../ui/Glyph';

const alone = (account: Account, among: Account[]) => among.filter((one) => one.provider === account.provider).length < 2;

/** Beside the mark of the network. */
export const short = (account: Account, among: Account[]) => (alone(account, among) ? labelOf(account.provider) : nameOf(account));

/** In a sentence. */
export const called = (account: Account, among: Account[]) => (alone(account, among) ? labelOf(account.provider) : `${nameOf(account)} on ${labelOf(account.provider)}`);
