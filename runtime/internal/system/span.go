package system

// Kinded is a [Wrapper] that says what kind of message it is.
type Kinded interface {
	Wrapper
	Kind() string
}

// Failure is a reply that is an error.
type Failure interface {
	// Failure returns the error; only its text counts.
	Failure() error
}
