import { useApp } from '../app/app';
import { show } from '../app/dialogs';
import { prefer, usePreferences } from '../app/preferences';
import { Dialog } from '../parts/dialog';
import { more } from '../text/en-more';
import { Notifications } from './notifications';
import { Password } from './password';
import { Privacy } from './privacy';
import { Profile } from './profile';

export default function Settings({ close }: { close: () => void }) {
  const { config, leave } = useApp();
  const end = () => {
    close();
    leave(config.auth === 'jwt');
  };
  return (
    <Dialog title={more.settings.title} close={close}>
      <Profile />
      <Looks />
      <h3 className="label">{more.settings.writing}</h3>
      <Keys />
      <h3 className="label">{more.settings.notifications}</h3>
      <Notifications />
      <h3 className="label">{more.settings.privacy}</h3>
      <Privacy />
      {config.accounts && <Password end={end} />}
      <div className="settings-last">
        {config.auth === 'open' && (
          <a className="button" href="/" target="_blank" rel="noopener">
            {more.settings.second}
          </a>
        )}
        {config.pages.includes('/console') && (
          <a className="button" href="/console" target="_blank" rel="noopener">
            {more.settings.console}
          </a>
        )}
        <button type="button" className="button" onClick={() => show('help')}>
          {more.settings.help}
        </button>
        <button type="button" className="button danger" onClick={end}>
          {config.auth === 'open' ? more.settings.switch : more.settings.signOut}
        </button>
      </div>
    </Dialog>
  );
}

function Looks() {
  const { theme, density } = usePreferences();
  return (
    <>
      <fieldset className="choices">
        <legend className="label">{more.settings.theme}</legend>
        {(['system', 'light', 'dark'] as const).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="theme"
              checked={theme === name}
              onChange={() => prefer({ theme: name })}
            />
            {more.settings.themes[name]}
          </label>
        ))}
      </fieldset>
      <fieldset className="choices">
        <legend className="label">{more.settings.density}</legend>
        {(['normal', 'compact'] as const).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="density"
              checked={density === name}
              onChange={() => prefer({ density: name })}
            />
            {more.settings.densities[name]}
          </label>
        ))}
      </fieldset>
    </>
  );
}

function Keys() {
  const preferences = usePreferences();
  const check = (key: 'enterSends' | 'letters' | 'regions', text: string, help?: string) => (
    <label className="check">
      <input
        type="checkbox"
        checked={preferences[key]}
        onChange={(event) => prefer({ [key]: event.currentTarget.checked })}
      />
      <span>
        {text}
        {help && <span className="soft">{help}</span>}
      </span>
    </label>
  );
  return (
    <>
      {check('enterSends', more.settings.enter, more.settings.enterHelp)}
      {check('letters', more.settings.letters)}
      {check('regions', more.settings.regions, more.settings.regionsHelp)}
    </>
  );
}
