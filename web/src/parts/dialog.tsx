import { type ReactNode, useEffect, useId, useRef } from 'react';
import { more } from '../text/en-more';
import { Live } from './announcer';
import { X } from './icons-more';
import './later-styles';

interface Props {
  title: string;
  close: () => void;
  children?: ReactNode;
  /** Stands below what scrolls. */
  foot?: ReactNode;
  wide?: boolean;
}

/** A modal dialog: the browser keeps the focus within, and gives it back. */
export function Dialog({ title, close, children, foot, wide }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current!;
    const before = document.activeElement as HTMLElement | null;
    if (!dialog.open) dialog.showModal();
    return () => {
      dialog.close();
      before?.focus?.();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog${wide ? ' wide' : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === ref.current) close();
      }}
    >
      <Live region="status" />
      <div className="dialog-box">
        <header className="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" className="icon-button" aria-label={more.close} onClick={close}>
            <X size={20} />
          </button>
        </header>
        <div className="dialog-body">{children}</div>
        {foot && <footer className="dialog-foot">{foot}</footer>}
      </div>
    </dialog>
  );
}

/** Asks before something that cannot be undone. */
export function Confirm({
  title,
  text,
  action,
  run,
  close,
}: {
  title: string;
  text: string;
  action: string;
  run: () => void;
  close: () => void;
}) {
  return (
    <Dialog
      title={title}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            {more.details.cancel}
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              close();
              run();
            }}
          >
            {action}
          </button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
