import { Serializer, serializeWith } from '@copycat/serializer'

@serializeWith({ id: 1000 })
class Point {
  x = 1
}

/** Run with standard decorators and with TypeScript's older ones by `serialize-with.test.ts`. */
const serializer = new Serializer().register(Point)
console.log(Buffer.from(serializer.encode(new Point())).toString('hex'), serializer.copy(new Point()) instanceof Point)
