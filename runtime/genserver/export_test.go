package genserver

// Dispatch returns a function that gives a server, which has not started, a request n times. Its
// handler must return [NoReply].
func Dispatch(impl, req any) (func(n int) error, error) {
	handlers, err := checkServer(impl)
	if err != nil {
		return nil, err
	}
	s := newServer(impl, Options{})
	s.handlers = handlers
	return func(n int) error {
		for range n {
			s.handleCall(&s.ctx, From{}, req)
		}
		return nil
	}, nil
}
