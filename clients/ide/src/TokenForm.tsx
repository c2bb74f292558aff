import { type FormEvent, useState } from 'react';

/** Asks for a token. Without `onCancel` there is no way around it. */
export function TokenForm(props: { problem?: string; onToken: (token: string) => void; onCancel?: () => void }) {
  const [text, setText] = useState('');
  const token = text.trim().replace(/^bearer\s+/i, '');

  function submit(event: FormEvent) {
    event.preventDefault();
    if (token) props.onToken(token);
  }

  return (
    <form className="token-form" onSubmit={submit}>
      <h1>Headless CRM</h1>
      {props.problem && <p role="alert">{props.problem}</p>}
      <label>
        Token
        <input
          type="password"
          name="token"
          autoComplete="off"
          spellCheck={false}
          placeholder="crm_…"
          autoFocus
          value={text}
          onChange={event => setText(event.target.value)}
        />
      </label>
      <p>
        <code>crm demo</code> prints an address that carries one. Make another with
      </p>
      <pre>crm token create --tenant NAME --role admin</pre>
      <p className="buttons">
        <button type="submit" disabled={!token}>
          Use this token
        </button>
        {props.onCancel && (
          <button type="button" onClick={props.onCancel}>
            Keep the present one
          </button>
        )}
      </p>
      <p>It stays in this browser tab and is gone when you close it.</p>
    </form>
  );
}
