import { usePresence } from '@chat-api/client/react';
import { useApp } from '../app/app';
import { Avatar, type AvatarProps } from './initials';

export { Avatar } from './initials';

/** The same with the person's picture, where an origin that this server allows has it. */
export function Picture(props: AvatarProps) {
  const { imageOrigins } = useApp().config;
  const { url } = props;
  if (!url || !URL.canParse(url) || !imageOrigins.includes(new URL(url).origin)) return <Avatar {...props} />;
  const size = `avatar${props.small ? ' small' : ''}${props.large ? ' large' : ''}`;
  return <img className={size} src={url} alt="" loading="lazy" referrerPolicy="no-referrer" />;
}

/** Whether somebody is online: a dot for eyes; its place says it in words as well. */
export function Presence({ id }: { id: number }) {
  const presence = usePresence(id);
  return presence?.online ? <span className="dot" aria-hidden="true" /> : null;
}
