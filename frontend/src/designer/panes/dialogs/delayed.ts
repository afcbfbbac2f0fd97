import { useEffect, useState } from "react";

/** The value as it was once it stood still for so many milliseconds: a question is asked when somebody pauses. */
export function useDelayed<T>(value: T, pause: number): T {
  const [late, setLate] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), pause);
    return () => clearTimeout(timer);
  }, [key, pause]);
  return late;
}
