import { Component, type ReactNode, Suspense } from 'react';
import { en } from '../text/en';

interface Props {
  children: ReactNode;
  /** What stands there until it has come. */
  fallback?: ReactNode;
}

/**
 * A part of the page that is loaded when it is wanted. Where that fails, because the server is away or has a newer page by
 * now, it says so, and the rest of the page goes on.
 */
export class Part extends Component<Props> {
  override state = { failed: false };

  static getDerivedStateFromError = () => ({ failed: true });

  override render() {
    return this.state.failed ? (
      <button type="button" className="pill" onClick={() => location.reload()}>
        {en.notLoaded}
      </button>
    ) : (
      <Suspense fallback={this.props.fallback}>{this.props.children}</Suspense>
    );
  }
}
