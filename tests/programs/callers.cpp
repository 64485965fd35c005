// callers: C++ code that calls listen(2) on no socket; each backlog is the line of its call.
#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

// Something must follow the call, or an optimising compiler leaves the function by a jump.
#define LISTEN_HERE                                                                                                    \
	do {                                                                                                           \
		listen(-1, __LINE__);                                                                                  \
		__asm__ volatile("" ::: "memory");                                                                     \
	} while (0)

namespace shop
{
template <class T> class Counter {
      public:
	explicit Counter(T value) : value(value)
	{
		LISTEN_HERE;
	}
	~Counter()
	{
		LISTEN_HERE; // while the stack is unwound
	}
	virtual void add(const T &more)
	{
		LISTEN_HERE;
		value += more;
	}

      private:
	T value;
};

__attribute__((noinline)) static void fails(int depth)
{
	Counter<std::string> counter("a");
	counter.add("b");
	LISTEN_HERE;
	if (depth == 0)
		throw std::runtime_error("thrown");
	fails(depth - 1);
	LISTEN_HERE; // never
}
}

int main()
{
	try {
		shop::fails(3);
	} catch (const std::exception &error) {
		LISTEN_HERE;
	}
	std::vector<int> numbers{ 3, 1, 2 };
	std::for_each(numbers.begin(), numbers.end(), [](int) { LISTEN_HERE; });
	std::sort(numbers.begin(), numbers.end(), [](int a, int b) {
		LISTEN_HERE;
		return a < b;
	});
	std::function<void()> function = [&numbers] {
		LISTEN_HERE;
		numbers.clear();
	};
	function();
	std::thread([] { LISTEN_HERE; }).join();
	LISTEN_HERE;
	return 0;
}
