import { stableId } from '../state/ids.ts'
import { adminEmail, memberEmail } from './accounts.ts'

/** Someone invented. The key names them in code; the id follows from it and is the same everywhere. */
export interface Person {
  key: string
  id: string
  firstName: string | null
  lastName: string | null
  username: string | null
  email: string | null
  hasPicture: boolean
  joinedDaysAgo: number
}

type Row = [key: string, firstName: string | null, lastName: string | null, username: string | null, email: string | null, hasPicture: boolean, joinedDaysAgo: number]

const rows: Row[] = [
  ['ada', 'Ada', 'Lindqvist', 'ada', adminEmail, true, 90],
  ['noor', 'Noor', 'Haddad', 'noor', memberEmail, true, 88],
  ['haruka', '春香', '山本', 'haruka', 'haruka.yamamoto@example.com', true, 85],
  ['omar', 'عمر', 'الفارسي', 'omar_f', 'omar.alfarsi@example.com', true, 83],
  ['katya', 'Катерина', 'Мельник', 'katya', 'kateryna.melnyk@example.com', true, 79],
  ['priya', 'प्रिया', 'शर्मा', 'priya', 'priya.sharma@example.com', true, 76],
  ['joao', 'João', 'Figueiredo', 'joaof', 'joao.figueiredo@example.com', false, 72],
  ['zoe', 'Zoë', 'Brouwer', 'zoe', 'zoe.brouwer@example.com', true, 70],
  ['tomas', 'Tomáš', 'Dvořák', 'tomas', 'tomas.dvorak@example.com', true, 66],
  ['mira', 'Mira', null, 'mira', 'mira@example.com', true, 63],
  ['fern', null, null, 'quietfern', 'fern@example.com', false, 58],
  ['sam', 'Sam', 'Okafor', 'sam_o', null, false, 55],
  ['theodora', 'Maximiliana-Theodora', 'Wolkenstein von Hohenberg-Ruppertshofen', 'theodora', 'theodora@example.com', true, 52],
  ['minjun', '민준', '김', 'minjun', 'minjun.kim@example.com', true, 49],
  ['eleni', 'Ελένη', 'Παππά', 'eleni', 'eleni.pappa@example.com', true, 45],
  ['lucia', 'Lucía', 'Fernández Ortiz', 'lucia', 'lucia.fernandez@example.com', true, 41],
  ['kwame', 'Kwame', 'Mensah', 'kwame', 'kwame.mensah@example.com', true, 37],
  ['ingrid', 'Ingrid', 'Solberg', null, 'ingrid.solberg@example.com', true, 33],
  ['yusuf', 'Yusuf', 'Çelik', 'yusuf', 'yusuf.celik@example.com', true, 29],
  ['anh', 'Ánh', 'Nguyễn', 'anh', 'anh.nguyen@example.com', true, 25],
  ['ben', 'Ben', 'Carter', 'ben', 'ben.carter@example.com', false, 20],
  ['tala', 'Tala', 'Reyes', 'tala', 'tala.reyes@example.com', true, 16],
  ['noa', 'נועה', 'לוי', 'noa', 'noa.levi@example.com', false, 12],
  ['fatou', 'Fatou', 'Diallo', 'fatou', 'fatou.diallo@example.com', true, 7],
  ['wei', '伟', '李', 'wei', 'wei.li@example.com', false, 2],
]

export const people: readonly Person[] = rows.map(([key, firstName, lastName, username, email, hasPicture, joinedDaysAgo]) =>
  ({ key, id: stableId('user', `rollcall:${key}`), firstName, lastName, username, email, hasPicture, joinedDaysAgo }))

/** Everyone's id by their key, as `demoPosts` takes it. */
export const peopleIds: Readonly<Record<string, string>> = Object.fromEntries(people.map(person => [person.key, person.id]))
