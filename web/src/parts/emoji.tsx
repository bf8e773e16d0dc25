import { useLayoutEffect, useEffect, useRef } from 'react';
import { en } from '../text/en';
import { useRoving } from './roving';
import './later-styles';

/** What people use most, in the order in which they look for it. */
const ALL = [
  '👍 👎 ❤️ 😂 😮 😢 🙏 🎉 🔥 ✅ 👏 🙌 💪 🤝 👋 ✌️ 🤞 👌 🫶 💯',
  '😀 😃 😄 😁 😆 😅 🤣 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😋 😛 😜 🤪',
  '🤔 🤨 😐 😑 😶 🙄 😏 😬 😌 😔 😴 🤒 🤕 🤯 🥳 😎 🤓 🧐 😕 😟',
  '🙁 😯 😳 🥺 😨 😰 😥 😭 😱 😖 😞 😓 😩 🥱 😤 😡 🤬 💀 👻 🤖',
  '🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐨 🦁 🐸 🐵 🐔 🐧 🦉 🐝 🦋 🐢 🐙 🐬 🌱',
  '🌳 🌵 🌷 🌻 🍀 🍁 🌞 🌙 ⭐ ⚡ ❄️ 🌈 ☔ 🌊 🍎 🍌 🍓 🍒 🍅 🥑',
  '🥕 🍞 🧀 🍳 🍕 🍔 🍟 🌮 🍜 🍣 🍰 🍪 🍫 🍿 ☕ 🍵 🍺 🍷 🥂 🍽️',
  '⚽ 🏀 🎾 🚴 🏃 🧗 🏊 ⛷️ 🏆 🎲 🎮 🎵 🎸 🎬 🎨 📷 🚗 🚆 ✈️ 🚲',
  '🏠 🏢 🏔️ 🏖️ ⛺ 🗺️ ⌚ 💻 📱 💡 🔑 🔒 📌 📎 ✏️ 📚 📅 💰 🎁 🛒',
  '❓ ❗ ⚠️ ⛔ ♻️ ➕ ➖ ➡️ ⬅️ ⬆️ ⬇️ 🔁 🆗 🆕 💬 💤 🕐 🚀 💔 💙',
].flatMap((row) => row.split(' '));

const COLUMNS = 8;
const EDGE = 8;

interface Props {
  anchor: HTMLElement;
  pick: (emoji: string) => void;
  close: () => void;
}

export default function Emoji({ anchor, pick, close }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const across = useRoving('button', 'horizontal');
  useLayoutEffect(() => {
    const panel = ref.current!;
    panel.showPopover();
    const at = anchor.getBoundingClientRect();
    const { width, height } = panel.getBoundingClientRect();
    const above = at.top - 4 - height >= EDGE;
    panel.style.top = `${above ? at.top - 4 - height : Math.min(at.bottom + 4, innerHeight - height - EDGE)}px`;
    panel.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
    panel.querySelector('button')?.focus();
  }, [anchor]);
  useEffect(() => {
    const panel = ref.current!;
    const turned = (event: Event) => {
      if ((event as ToggleEvent).newState === 'closed') close();
    };
    panel.addEventListener('toggle', turned);
    return () => panel.removeEventListener('toggle', turned);
  }, [close]);
  return (
    <div
      ref={ref}
      className="menu emoji-panel"
      popover="auto"
      role="dialog"
      aria-label={en.composer.emoji}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowDown' ? COLUMNS : event.key === 'ArrowUp' ? -COLUMNS : 0;
        if (event.key === 'Escape') {
          event.stopPropagation();
          event.preventDefault();
          ref.current?.hidePopover();
          anchor.focus();
          close();
        } else if (step !== 0) {
          const all = [...event.currentTarget.querySelectorAll('button')];
          all[all.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus();
          event.preventDefault();
        } else across(event);
      }}
    >
      {ALL.map((emoji) => (
        <button
          key={emoji}
          type="button"
          onClick={() => {
            ref.current?.hidePopover();
            anchor.focus();
            close();
            pick(emoji);
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
