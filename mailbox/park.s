// Empty. It lets park_runtime.go declare functions that have no body here.
