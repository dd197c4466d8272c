// Package application runs a program that is made of supervision trees: its main function
// names the applications, and Run starts them in the order of their dependencies, waits
// for a signal, and stops them in reverse order, within bounds.
//
//	func main() {
//		err := application.Run(context.Background(),
//			application.App{Name: "store", Config: StoreConfig{Buckets: 8}, Root: storeTree},
//			application.App{Name: "web", DependsOn: []string{"store"}, Root: webTree},
//		)
//		if err != nil {
//			log.Fatal(err)
//		}
//	}
//
// # OTP → here
//
//	Name.app: {applications, […]}         App.DependsOn
//	Name.app: {env, […]}, get_env/2       App.Config, a type of the application's own; ConfigOf
//	sys.config                            LoadConfig
//	{mod, {M, Args}}, M:start/2           App.Root
//	permanent, transient, temporary       App.Restart
//	application:ensure_all_started/1      Run, which also waits and stops
//	init:stop/0, SIGTERM                  SIGTERM, SIGINT, the end of Run's context
//
// # What it guarantees
//
// Run always returns: whatever does not stop in its time is killed, what cannot be killed,
// a goroutine in a loop of its own, is left behind, and both are listed in the error. A
// second signal ends all patience at once.
package application
