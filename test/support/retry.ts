// On a busy machine a test of several processes may run out of its patience. It gets a second try, and the first
// failure is printed: a test that needs the second try again and again is wrong.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
