package registry

// ForgetDefaultHook undoes the package-level SetRemoteSendHook, so that a test of it
// can run more than once in a program.
func ForgetDefaultHook() { defaultHook.hook.Store(nil) }
